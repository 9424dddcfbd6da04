//! What a command changed is in effect at the running server when the command has ended: each is
//! followed by one request, which must see it.

use serde_json::json;

use crate::{
    place::{Store, on_both_stores},
    stage::Stage,
    vendor,
};

on_both_stores!(
    a_key_works_once_issued_and_is_refused_once_revoked,
    a_role_that_was_changed_decides_the_next_request,
    a_deleted_user_is_refused_and_gone,
    users_who_were_added_or_imported_are_there,
    a_licence_gates_once_installed_and_once_removed,
    a_data_domain_is_there_once_added_and_gone_once_removed,
);

/// A change that only sometimes comes late shows within so many.
const ROUNDS: usize = 3;

const JANE: &str = "jane@example.com";
const OF_JANE: &str = "/api/users/jane@example.com";

fn a_key_works_once_issued_and_is_refused_once_revoked(store: Store) {
    let stage = Stage::new(store);
    stage.admin.add(JANE, "viewer").gives(201);
    for _ in 0..ROUNDS {
        let issued = stage.place.cli(&["api-key", "issue", JANE, "--json"]).json();
        let jane = stage.server.client(issued["apiKey"].as_str().unwrap());
        jane.get("/api/users").gives(200);
        jane.get(OF_JANE).gives(200);
        stage.place.cli(&["api-key", "revoke", issued["id"].as_str().unwrap()]).succeeds();
        jane.get("/api/users").refuses(401, "invalid_credential");
        jane.get("/api/environment/profile").refuses(401, "invalid_credential");
    }
}

fn a_role_that_was_changed_decides_the_next_request(store: Store) {
    let stage = Stage::new(store);
    let jane = stage.person(JANE, "viewer");
    let set_role = |role: &str| stage.place.cli(&["user", "set-role", JANE, role]).succeeds();
    for round in 0..ROUNDS {
        let email = format!("user{round}@example.com");
        jane.add(&email, "none").refuses(403, "permission_denied");
        set_role("admin");
        jane.add(&email, "none").gives(201);
        set_role("none");
        jane.get("/api/users").refuses(403, "permission_denied");
        set_role("viewer");
        let seen = jane.get(OF_JANE).gives(200).json();
        assert_eq!(seen["accountRole"], "viewer");
    }
}

fn a_deleted_user_is_refused_and_gone(store: Store) {
    let stage = Stage::new(store);
    for _ in 0..ROUNDS {
        let jane = stage.person(JANE, "editor");
        assert!(jane.emails().contains(&JANE.to_owned()));
        stage.place.cli(&["user", "delete", JANE]).succeeds();
        jane.get("/api/users").refuses(401, "invalid_credential");
        stage.admin.get(OF_JANE).refuses(404, "user_not_found");
        assert!(!stage.admin.emails().contains(&JANE.to_owned()));
    }
}

fn users_who_were_added_or_imported_are_there(store: Store) {
    let stage = Stage::new(store);
    let mut tag = stage.admin.get("/api/users").find("etag").unwrap().to_owned();
    for round in 0..ROUNDS {
        let (added, imported) = (format!("a{round}@example.com"), format!("b{round}@example.com"));
        stage.place.cli(&["user", "add", &added, "--role", "viewer"]).succeeds();
        assert!(stage.admin.emails().contains(&added));
        let rows = json!([{"email": imported, "accountRole": "editor"}]).to_string();
        stage.place.cli_with(&["user", "import", "-", "--format", "json"], &rows).succeeds();
        let user = stage.admin.get(&format!("/api/users/{imported}")).gives(200).json();
        assert_eq!(user["accountRole"], "editor");
        let list = stage.admin.get("/api/users").gives(200);
        assert!(list.text().contains(&imported), "{}", list.text());
        assert_ne!(list.find("etag").unwrap(), tag);
        list.find("etag").unwrap().clone_into(&mut tag);
    }
}

fn a_licence_gates_once_installed_and_once_removed(store: Store) {
    // It names no licence at the start, so that an evaluation with 5 seats runs.
    let stage = Stage::with_licence(store, "");
    for name in ["b", "c", "d", "e"] {
        stage.admin.add(&format!("{name}@example.com"), "viewer").gives(201);
    }
    for round in 0..ROUNDS {
        let email = format!("user{round}@example.com");
        stage.admin.add(&email, "none").refuses(400, "user_limit_reached");
        stage.place.cli(&["licence", "install", &vendor::team(100)]).succeeds();
        stage.admin.add(&email, "none").gives(201);
        let profile = stage.admin.get("/api/environment/profile").gives(200).json();
        assert_eq!((&profile["tenant"], &profile["users_limit"]), (&"ACME".into(), &100.into()));
        stage.place.cli(&["licence", "remove"]).succeeds();
        stage.admin.add("more@example.com", "none").refuses(400, "user_limit_reached");
        stage.admin.delete(&format!("/api/users/{email}")).gives(204);
        let profile = stage.admin.get("/api/environment/profile").gives(200).json();
        assert_eq!(profile["users_limit"], 5);
    }
    assert!(!stage.admin.emails().contains(&"more@example.com".to_owned()));
}

fn a_data_domain_is_there_once_added_and_gone_once_removed(store: Store) {
    let stage = Stage::with_licence(store, &vendor::enterprise());
    stage.admin.add(JANE, "none").gives(201);
    for round in 0..ROUNDS {
        let domain = format!("domain {round}");
        let roles = json!({&domain: "editor"});
        let update = json!({"email": JANE, "accountRole": "none", "dataDomainRoles": roles});
        stage.admin.put(OF_JANE, &update).refuses(400, "invalid_field");
        stage.place.cli(&["data-domain", "add", &domain]).succeeds();
        stage.admin.put(OF_JANE, &update).gives(204);
        let shown = stage.admin.get(OF_JANE).gives(200).json()["dataDomainRoles"].clone();
        assert_eq!(shown, json!({"(default)": "none", &domain: "editor"}));
        stage.place.cli(&["data-domain", "remove", &domain]).succeeds();
        let shown = stage.admin.get(OF_JANE).gives(200).json()["dataDomainRoles"].clone();
        assert_eq!(shown, json!({"(default)": "none"}));
        let list = stage.admin.get("/api/users").gives(200).text();
        assert!(!list.contains(&domain), "{list}");
    }
}
