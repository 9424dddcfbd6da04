//! `/api/sessions` and `DELETE /api/session`: looking at sessions and ending them.

use dqops_users_domain::Role;
use dqops_users_http::Authentication;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    members::Members,
    sign_ins::{Begun, SESSION, SESSIONS},
    stage::{STRONG, Stage, path_of},
};

const JANE: &str = "jane@example.com";
const JOE: &str = "joe@example.com";
const PROFILE: &str = "/api/environment/profile";

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.add_with_password(JANE, Role::Editor).await;
    stage.add(JOE, Role::Viewer).await;
    stage
}

fn path(session: &Begun) -> String {
    format!("{SESSIONS}/{}", session.id)
}

async fn assert_holds(stage: &Stage, session: &Begun) {
    stage.get(PROFILE).by(&session.token).send().await.gives(200);
}

async fn assert_ended(stage: &Stage, session: &Begun) {
    let answer = stage.get(PROFILE).by(&session.token).send().await;
    answer.refuses(401, "invalid_credential");
}

/// Who has the sessions that are listed.
fn users(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|session| session["user"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_list_shows_which_session_is_the_current_one() {
    let stage = stage().await;
    let first = stage.sign_in(JANE).await;
    stage.clock.set("2026-01-01T00:00:10Z");
    let second = stage.sign_in(JANE).await;
    stage.session_for(JOE).await;
    let answer = stage.get(SESSIONS).by(&second.token).send().await.gives(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let list = answer.json();
    let expected = [(&first, "00", false), (&second, "10", true)].map(|(begun, seconds, current)| {
        json!({
            "id": begun.id, "user": JANE, "address": "0.0.0.0", "client": "", "current": current,
            "createdAt": format!("2026-01-01T00:00:{seconds}Z"),
            "lastUsedAt": format!("2026-01-01T00:00:{seconds}Z"),
            "endsAt": format!("2026-01-01T12:00:{seconds}Z"),
        })
    });
    assert_eq!(list, json!(expected));
    let text = answer.text();
    for token in [&first.token, &second.token] {
        assert!(!text.contains(token.rsplit_once('_').unwrap().1), "a token is shown");
    }
    let one = &text[1..=text.find('}').unwrap()];
    let names = ["id", "user", "createdAt", "lastUsedAt", "endsAt", "address", "client", "current"];
    assert_eq!(Members::of(one).names(), names);
}

#[tokio::test]
async fn admins_list_those_of_anybody() {
    let stage = stage().await;
    let begun = stage.session_for(JANE).await;
    stage.session_for(JOE).await;
    let list =
        async |query: &str| stage.get(&format!("{SESSIONS}{query}")).send().await.gives(200).json();
    assert_eq!(list("").await, json!([]), "the admin signs in by key");
    assert_eq!(users(&list("?user=*").await), [JANE, JOE]);
    assert_eq!(users(&list("?user=JOE%40example.com").await), [JOE]);
    for query in ["?user=*", "?user=joe@example.com", "?user=nobody@example.com"] {
        for call in [stage.get(&format!("{SESSIONS}{query}")), stage.delete(SESSIONS)] {
            let answer = call.anonymous().send().await;
            answer.refuses(401, "authentication_required");
        }
        let call = stage.get(&format!("{SESSIONS}{query}")).by(&begun.token);
        call.send().await.refuses(403, "permission_denied");
    }
    let own = stage.get("/api/sessions?user=Jane@example.com").by(&begun.token).send().await;
    assert_eq!(users(&own.gives(200).json()), [JANE]);
}

#[tokio::test]
async fn a_user_that_is_none_is_named_as_the_field_at_fault() {
    let stage = stage().await;
    let begun = stage.session_for(JANE).await;
    for query in ["user=", "user=nobody", "user=a@b.c&user=*", "user=**", "user=%00", "user=%ff"] {
        for call in [
            stage.get(&format!("{SESSIONS}?{query}")),
            stage.delete(&format!("{SESSIONS}?{query}")),
        ] {
            call.send().await.refuses_field(400, "invalid_field", "user");
        }
    }
    // Nobody signs everybody out at once.
    let all = stage.delete("/api/sessions?user=*").send().await;
    all.refuses_field(400, "invalid_field", "user");
    let unknown = "/api/sessions?user=nobody@example.com";
    stage.get(unknown).send().await.refuses(404, "user_not_found");
    stage.delete(unknown).send().await.refuses(404, "user_not_found");
    assert_holds(&stage, &begun).await;
}

#[tokio::test]
async fn a_session_is_named_by_its_identity_in_one_form_only() {
    let stage = stage().await;
    let own = stage.session_for(JANE).await;
    let spare = stage.session_for(JANE).await;
    let of_joe = stage.session_for(JOE).await;
    let id: Uuid = spare.id.parse().unwrap();
    for form in [
        spare.id.to_uppercase(),
        format!("{{{}}}", spare.id),
        format!("%7B{}%7D", spare.id),
        id.urn().to_string(),
        id.simple().to_string(),
        id.as_u128().to_string(),
        format!("{}%20", spare.id),
        format!("{}%00", spare.id),
        spare.id[..35].to_owned(),
        spare.token.clone(),
        "*".to_owned(),
        "current".to_owned(),
        "%ff".to_owned(),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        of_joe.id.clone(),
        stage.find(JANE).await.unwrap().id.0.to_string(),
    ] {
        assert_ne!(form, spare.id);
        let call = stage.delete(&format!("{SESSIONS}/{form}")).by(&own.token);
        call.send().await.refuses(404, "session_not_found");
    }
    for session in [&own, &spare, &of_joe] {
        assert_holds(&stage, session).await;
    }
    stage.delete(&path(&spare)).by(&own.token).send().await.gives_nothing(204);
    assert_ended(&stage, &spare).await;
    let again = stage.delete(&path(&spare)).by(&own.token).send().await;
    again.refuses(404, "session_not_found");
    stage.delete(&path(&of_joe)).send().await.gives_nothing(204);
    assert_ended(&stage, &of_joe).await;
    assert_holds(&stage, &own).await;
}

#[tokio::test]
async fn signing_out_ends_this_session_and_signing_out_everywhere_all() {
    let stage = stage().await;
    let mut begun = Vec::new();
    for _ in 0..4 {
        begun.push(stage.session_for(JANE).await);
    }
    let of_joe = stage.session_for(JOE).await;
    stage.delete(SESSION).by(&begun[0].token).send().await.gives_nothing(204);
    assert_ended(&stage, &begun[0]).await;
    let again = stage.delete(SESSION).by(&begun[0].token).send().await;
    again.refuses(401, "invalid_credential");
    stage.delete(SESSION).anonymous().send().await.refuses(401, "authentication_required");
    stage.delete(SESSION).send().await.refuses(404, "session_not_found");
    for session in &begun[1..] {
        assert_holds(&stage, session).await;
    }
    stage.delete(SESSIONS).by(&begun[1].token).send().await.gives_nothing(204);
    for session in &begun {
        assert_ended(&stage, session).await;
    }
    assert_holds(&stage, &of_joe).await;
    for _ in 0..2 {
        let call = stage.delete("/api/sessions?user=joe@example.com");
        call.send().await.gives_nothing(204);
    }
    assert_ended(&stage, &of_joe).await;
}

#[tokio::test]
async fn a_password_change_and_a_deletion_end_sessions() {
    let stage = stage().await;
    let (current, other) = (stage.sign_in(JANE).await, stage.sign_in(JANE).await);
    let call = stage.put("/api/mypassword").by(&current.token).json(&json!("a new one for Jane"));
    call.send().await.gives_nothing(204);
    assert_holds(&stage, &current).await;
    assert_ended(&stage, &other).await;
    let reset = stage.put(&format!("{}/password", path_of(JANE))).json(&json!(STRONG));
    reset.send().await.gives_nothing(204);
    assert_ended(&stage, &current).await;
    let last = stage.sign_in(JANE).await;
    stage.delete(&path_of(JANE)).send().await.gives_nothing(204);
    assert_ended(&stage, &last).await;
}

#[tokio::test]
async fn without_authentication_the_owner_has_no_session_but_may_end_those_of_others() {
    let stage = Stage::empty(Authentication::None).await;
    for call in [stage.get(SESSIONS), stage.delete(SESSIONS)] {
        call.send().await.refuses(409, "no_owner");
    }
    stage.add_with_password("owner@example.com", Role::Admin).await;
    stage.add_with_password(JANE, Role::Viewer).await;
    let of_jane = stage.sign_in(JANE).await;
    assert_eq!(stage.get(SESSIONS).send().await.gives(200).json(), json!([]));
    let list = stage.get("/api/sessions?user=*").send().await.gives(200).json();
    assert_eq!((users(&list), &list[0]["current"]), (vec![JANE], &json!(false)));
    stage.delete(SESSION).send().await.refuses(404, "session_not_found");
    // Whoever shows a session acts by it, not as the owner.
    let call = stage.get("/api/sessions?user=*").by(&of_jane.token);
    call.send().await.refuses(403, "permission_denied");
    stage.delete(&path(&of_jane)).send().await.gives_nothing(204);
    assert_ended(&stage, &of_jane).await;
}
