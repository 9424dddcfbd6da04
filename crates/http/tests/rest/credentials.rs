//! Bearer tokens: which count, for how long, and with which rights.

use dqops_users_domain::{Role, TokenDigest};
use dqops_users_service::KeyLifetime;
use jiff::SignedDuration;

use crate::stage::{ADMIN, Stage, UNKNOWN_TOKEN, model, path_of};

const PROFILE: &str = "/api/environment/profile";

#[tokio::test]
async fn whoever_shows_no_bearer_token_is_asked_for_one() {
    let stage = Stage::new().await;
    stage.get(PROFILE).anonymous().send().await.refuses(401, "authentication_required");
    for other in ["Basic YWRtaW46YWRtaW4=", "Digest username=admin", "dqu_key_", "Negotiate x", ""]
    {
        let call = stage.get(PROFILE).anonymous().header("authorization", other);
        call.send().await.refuses(401, "authentication_required");
    }
}

#[tokio::test]
async fn only_a_token_that_was_issued_counts() {
    let stage = Stage::new().await;
    let admin = stage.admin.clone().unwrap();
    let other_half = admin.replace(&admin[20..], &"z".repeat(admin.len() - 20));
    for token in [
        UNKNOWN_TOKEN,
        "",
        "dqu_key_",
        "x",
        &admin.to_uppercase(),
        &admin["dqu_key_".len()..],
        &admin[..admin.len() - 1],
        &format!("{admin}0"),
        &format!("{admin},{admin}"),
        &other_half,
        &"a".repeat(8000),
    ] {
        stage.get(PROFILE).by(token).send().await.refuses(401, "invalid_credential");
    }
    for header in ["Bearer", "bearer ", "BEARER \u{e9}"] {
        let call = stage.get(PROFILE).anonymous().header("authorization", header);
        call.send().await.refuses(401, "invalid_credential");
    }
    let twice = stage.get(PROFILE).header("authorization", &format!("Bearer {admin}"));
    twice.send().await.refuses(401, "invalid_credential");
    for scheme in ["bearer", "BEARER", "Bearer "] {
        let call =
            stage.get(PROFILE).anonymous().header("authorization", &format!("{scheme} {admin}"));
        call.send().await.gives(200);
    }
}

#[tokio::test]
async fn a_token_counts_nowhere_but_in_its_header() {
    let stage = Stage::new().await;
    let admin = stage.admin.clone().unwrap();
    for path in [
        format!("{PROFILE}?access_token={admin}"),
        format!("{PROFILE}?token={admin}"),
        format!("{PROFILE}?api_key={admin}"),
    ] {
        stage.get(&path).anonymous().send().await.refuses(401, "authentication_required");
    }
    for header in ["cookie", "x-api-key", "proxy-authorization", "x-forwarded-user"] {
        let call = stage.get(PROFILE).anonymous().header(header, &format!("Bearer {admin}"));
        call.send().await.refuses(401, "authentication_required");
    }
}

#[tokio::test]
async fn a_set_up_code_is_no_credential() {
    let stage = Stage::empty(dqops_users_http::Authentication::Required).await;
    let code = stage.setup_code().await;
    stage.get(PROFILE).by(&code).send().await.refuses(401, "invalid_credential");
}

#[tokio::test]
async fn a_key_ends_when_it_expires() {
    let stage = Stage::new().await;
    let lifetime = KeyLifetime::For(SignedDuration::from_hours(1));
    let key = stage.key_of(ADMIN, lifetime).await;
    stage.clock.set("2026-01-01T00:59:59Z");
    stage.get(PROFILE).by(&key).send().await.gives(200);
    stage.clock.set("2026-01-01T01:00:00Z");
    stage.get(PROFILE).by(&key).send().await.refuses(401, "invalid_credential");
    stage.get(PROFILE).send().await.gives(200);
}

#[tokio::test]
async fn a_key_ends_when_it_is_revoked_or_its_owner_deleted() {
    let stage = Stage::new().await;
    let jane = stage.person("jane@example.com", Role::Viewer).await;
    let second = stage.key_of(&jane.email, KeyLifetime::Default).await;
    let found = stage.storage.read().await.unwrap();
    let digest = TokenDigest::of(&jane.key);
    let (key, _) = { found }.find_by_digest(&digest).await.unwrap().unwrap();
    stage.get(PROFILE).by(&jane.key).send().await.gives(200);
    stage.directory.revoke_api_key(&stage.operator(), key.id).await.unwrap();
    stage.get(PROFILE).by(&jane.key).send().await.refuses(401, "invalid_credential");
    stage.get(PROFILE).by(&second).send().await.gives(200);
    stage.delete(&path_of(&jane.email)).send().await.gives_nothing(204);
    stage.get(PROFILE).by(&second).send().await.refuses(401, "invalid_credential");
    // Another user under the same email does not bring the old keys back.
    stage.add(&jane.email, Role::Admin).await;
    stage.get(PROFILE).by(&second).send().await.refuses(401, "invalid_credential");
}

#[tokio::test]
async fn rights_are_those_of_the_role_of_now() {
    let stage = Stage::new().await;
    let jane = stage.person("jane@example.com", Role::Admin).await;
    let set_role = async |role| {
        let call = stage.put("/api/users/jane@example.com").json(&model(&jane.email, role));
        call.send().await.gives_nothing(204);
    };
    let add = async |name: &str| {
        stage.post("/api/users").by(&jane.key).json(&model(name, "viewer")).send().await
    };
    add("a@example.com").await.gives(201);
    set_role("editor").await;
    add("b@example.com").await.refuses(403, "permission_denied");
    stage.get("/api/users").by(&jane.key).send().await.gives(200);
    set_role("none").await;
    stage.get("/api/users").by(&jane.key).send().await.refuses(403, "permission_denied");
    set_role("admin").await;
    add("b@example.com").await.gives(201);
}
