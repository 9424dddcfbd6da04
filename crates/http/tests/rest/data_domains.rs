//! Roles in data domains on the wire.

use dqops_users_domain::Role;
use serde_json::{Value, json};

use crate::stage::{ADMIN, Stage, model, path_of};

const JANE: &str = "jane@example.com";

/// ENTERPRISE, with the domains `sales` and `HR 2` beside the root domain, and Jane.
async fn enterprise() -> Stage {
    let stage = Stage::new().await;
    stage.install("ENTERPRISE", 10).await;
    for name in ["sales", "HR 2"] {
        let name = name.parse().unwrap();
        stage.directory.add_data_domain(&stage.operator(), name).await.unwrap();
    }
    stage.add(JANE, Role::Viewer).await;
    stage
}

async fn put(stage: &Stage, roles: Value) -> crate::answer::Answer {
    let body = json!({"email": JANE, "dataDomainRoles": roles});
    stage.put(&path_of(JANE)).json(&body).send().await
}

async fn roles(stage: &Stage) -> Value {
    stage.get(&path_of(JANE)).send().await.gives(200).json()["dataDomainRoles"].clone()
}

const NOTHING: [(&str, &str); 3] = [("(default)", "none"), ("HR 2", "none"), ("sales", "none")];

fn map(pairs: &[(&str, &str)]) -> Value {
    let mut map = json!({});
    for (name, role) in NOTHING.iter().chain(pairs) {
        map[*name] = json!(role);
    }
    map
}

#[tokio::test]
async fn every_domain_is_shown_with_none_where_the_user_has_no_role() {
    let stage = enterprise().await;
    assert_eq!(roles(&stage).await, map(&[]));
    put(&stage, json!({"sales": "operator"})).await.gives_nothing(204);
    assert_eq!(roles(&stage).await, map(&[("sales", "operator")]));
    for user in stage.list().await.as_array().unwrap() {
        let expected = if user["email"] == JANE { map(&[("sales", "operator")]) } else { map(&[]) };
        assert_eq!(user["dataDomainRoles"], expected, "{user}");
    }
    let page = stage.get("/api/users?search=jane").send().await.gives(200).json();
    assert_eq!(page[0]["dataDomainRoles"], map(&[("sales", "operator")]));
}

#[tokio::test]
async fn the_roles_that_are_sent_replace_those_that_were() {
    let stage = enterprise().await;
    let all = json!({"(default)": "admin", "sales": "editor", "HR 2": "viewer"});
    for (sent, expected) in [
        (all, map(&[("(default)", "admin"), ("sales", "editor"), ("HR 2", "viewer")])),
        (Value::Null, map(&[("(default)", "admin"), ("sales", "editor"), ("HR 2", "viewer")])),
        (json!({"sales": "operator", "HR 2": "none"}), map(&[("sales", "operator")])),
        (json!({"(default)": "none", "sales": "viewer"}), map(&[("sales", "viewer")])),
        (json!({}), map(&[])),
        (json!({"(default)": "none", "unheard of": "none"}), map(&[])),
    ] {
        put(&stage, sent.clone()).await.gives_nothing(204);
        assert_eq!(roles(&stage).await, expected, "{sent}");
    }
    put(&stage, json!({"sales": "editor"})).await.gives_nothing(204);
    stage.put(&path_of(JANE)).json(&model(JANE, "none")).send().await.gives_nothing(204);
    assert_eq!(roles(&stage).await, map(&[("sales", "editor")]), "an absent map changes nothing");
}

#[tokio::test]
async fn a_user_is_added_with_roles_in_domains() {
    let stage = enterprise().await;
    let body = json!({
        "email": "joe@example.com", "accountRole": "none",
        "dataDomainRoles": {"(default)": "none", "sales": "admin"}
    });
    stage.post("/api/users").json(&body).send().await.gives_nothing(201);
    let user = stage.get("/api/users/joe@example.com").send().await.gives(200).json();
    let expected = map(&[("sales", "admin")]);
    let expected =
        json!({"email": "joe@example.com", "accountRole": "none", "dataDomainRoles": expected});
    assert_eq!(user, expected);
}

#[tokio::test]
async fn what_is_no_map_of_roles_is_refused_with_its_field() {
    let stage = enterprise().await;
    put(&stage, json!({"sales": "viewer"})).await.gives_nothing(204);
    for (sent, field) in [
        (json!([]), "dataDomainRoles"),
        (json!("sales"), "dataDomainRoles"),
        (json!(7), "dataDomainRoles"),
        (json!(true), "dataDomainRoles"),
        (json!({"sales": "king"}), "dataDomainRoles.sales"),
        (json!({"sales": "ADMIN"}), "dataDomainRoles.sales"),
        (json!({"sales": ""}), "dataDomainRoles.sales"),
        (json!({"sales": null}), "dataDomainRoles.sales"),
        (json!({"sales": 1}), "dataDomainRoles.sales"),
        (json!({"sales": ["admin"]}), "dataDomainRoles.sales"),
        (json!({"sales": "editor", "marketing": "viewer"}), "dataDomainRoles.marketing"),
        (json!({"Sales": "viewer"}), "dataDomainRoles.Sales"),
        (json!({"": "viewer"}), "dataDomainRoles."),
        (json!({"../x": "viewer"}), "dataDomainRoles.../x"),
    ] {
        put(&stage, sent).await.refuses_field(400, "invalid_field", field);
        assert_eq!(roles(&stage).await, map(&[("sales", "viewer")]));
    }
}

#[tokio::test]
async fn a_domain_role_does_not_open_the_directory() {
    let stage = enterprise().await;
    let jane = stage.person("joe@example.com", Role::None).await;
    let body = json!({
        "email": jane.email,
        "dataDomainRoles": {"(default)": "admin", "sales": "admin", "HR 2": "admin"}
    });
    stage.put(&path_of(&jane.email)).json(&body).send().await.gives_nothing(204);
    // A domain's admin counts as an editor, and managing users is a matter of the account.
    let call = stage.post("/api/users").by(&jane.key).json(&model("x@example.com", "viewer"));
    call.send().await.refuses(403, "permission_denied");
    stage.delete(&path_of(ADMIN)).by(&jane.key).send().await.refuses(403, "permission_denied");
}

#[tokio::test]
async fn without_data_domains_the_map_is_left_out_and_only_none_is_taken() {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Viewer).await;
    for sent in [
        json!({"(default)": "none"}), // What the DQOps web UI always sends.
        json!({}),
        json!({"(default)": "none", "unheard of": "none"}),
        Value::Null,
    ] {
        put(&stage, sent.clone()).await.gives_nothing(204);
        let mut body = model("joe@example.com", "viewer");
        body["dataDomainRoles"] = sent;
        stage.post("/api/users").json(&body).send().await.gives_nothing(201);
        stage.delete("/api/users/joe@example.com").send().await.gives_nothing(204);
    }
    for sent in [json!({"(default)": "viewer"}), json!({"(default)": "none", "sales": "admin"})] {
        put(&stage, sent.clone()).await.refuses(403, "licence_required");
        let mut body = model("joe@example.com", "viewer");
        body["dataDomainRoles"] = sent;
        stage.post("/api/users").json(&body).send().await.refuses(403, "licence_required");
    }
    assert_eq!(stage.list().await, json!([model(ADMIN, "admin"), model(JANE, "viewer")]));
}

#[tokio::test]
async fn roles_in_domains_outlive_a_licence_without_them() {
    let stage = enterprise().await;
    put(&stage, json!({"sales": "editor"})).await.gives_nothing(204);
    stage.install("TEAM", 10).await;
    assert_eq!(roles(&stage).await, Value::Null);
    put(&stage, json!({"(default)": "none"})).await.gives_nothing(204);
    stage.install("ENTERPRISE", 10).await;
    assert_eq!(roles(&stage).await, map(&[("sales", "editor")]));
}
