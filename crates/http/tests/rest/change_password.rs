//! `PUT /api/users/{email}/password` and `PUT /api/mypassword`.

use dqops_users_domain::Role;
use serde_json::json;

use crate::stage::{ADMIN, OTHER_STRONG, STRONG, Stage, model};

const JANE: &str = "jane@example.com";
const OF_JANE: &str = "/api/users/jane@example.com/password";
const OWN: &str = "/api/mypassword";

#[tokio::test]
async fn an_admin_changes_the_password_of_a_user() {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Viewer).await;
    stage.put(OF_JANE).json(&json!(STRONG)).send().await.gives_nothing(204);
    assert!(stage.opens(JANE, STRONG).await);
    stage.put(OF_JANE).json(&json!(OTHER_STRONG)).send().await.gives_nothing(204);
    assert!(stage.opens(JANE, OTHER_STRONG).await && !stage.opens(JANE, STRONG).await);
    assert!(!stage.has_password(ADMIN).await);
}

#[tokio::test]
async fn a_user_changes_its_own_password_by_either_way() {
    let stage = Stage::new().await;
    let jane = stage.person(JANE, Role::Viewer).await;
    stage.put(OF_JANE).by(&jane.key).json(&json!(STRONG)).send().await.gives_nothing(204);
    assert!(stage.opens(JANE, STRONG).await);
    stage.put(OWN).by(&jane.key).json(&json!(OTHER_STRONG)).send().await.gives_nothing(204);
    assert!(stage.opens(JANE, OTHER_STRONG).await);
    // The key's owner, not the one who is called by the path or stands in a header.
    stage.put(OWN).json(&json!(STRONG)).send().await.gives_nothing(204);
    assert!(stage.opens(ADMIN, STRONG).await && stage.opens(JANE, OTHER_STRONG).await);
}

#[tokio::test]
async fn a_user_changes_nobody_elses_password() {
    let stage = Stage::new().await;
    let joe = stage.person("joe@example.com", Role::Editor).await;
    stage.add(JANE, Role::Viewer).await;
    let answer = stage.put(OF_JANE).by(&joe.key).json(&json!(STRONG)).send().await;
    answer.refuses(403, "permission_denied");
    assert!(!stage.has_password(JANE).await);
    // It is not told who exists either.
    let answer = stage.put("/api/users/ghost@example.com/password").by(&joe.key);
    answer.json(&json!(STRONG)).send().await.refuses(403, "permission_denied");
}

#[tokio::test]
async fn every_spelling_of_the_email_names_the_user() {
    let stage = Stage::new().await;
    let jane = stage.person("jane+dq@example.com", Role::Viewer).await;
    for spelling in [
        "jane+dq@example.com",
        "jane%2Bdq%40example.com",
        "JANE+DQ@example.com",
        "%20jane+dq@example.com%20",
    ] {
        for key in [stage.admin.as_ref().unwrap(), &jane.key] {
            let call = stage.put(&format!("/api/users/{spelling}/password")).by(key);
            call.json(&json!(STRONG)).send().await.gives_nothing(204);
        }
    }
    assert!(stage.opens("jane+dq@example.com", STRONG).await);
}

#[tokio::test]
async fn an_unknown_user_is_not_found_with_a_password_or_without() {
    let stage = Stage::new().await;
    for call in [
        stage.put(OF_JANE).json(&json!(STRONG)),
        stage.put(OF_JANE).text(STRONG),
        stage.put(OF_JANE),
    ] {
        call.send().await.refuses(404, "user_not_found");
    }
    let answer = stage.put("/api/users/nobody/password").json(&json!(STRONG)).send().await;
    answer.refuses_field(400, "invalid_field", "email");
}

#[tokio::test]
async fn keys_and_roles_survive_a_change_of_password() {
    let stage = Stage::new().await;
    let jane = stage.person(JANE, Role::Editor).await;
    let before = stage.tag("/api/users/jane@example.com").await;
    stage.put(OF_JANE).json(&json!(STRONG)).send().await.gives_nothing(204);
    stage.get("/api/users").by(&jane.key).send().await.gives(200);
    assert_eq!(stage.tag("/api/users/jane@example.com").await, before);
    assert_eq!(stage.list().await[1], model(JANE, "editor"));
}

#[tokio::test]
async fn a_refused_password_says_why() {
    let stage = Stage::new().await;
    let jane = stage.person(JANE, Role::Viewer).await;
    for (password, reason) in [
        ("short pass1", "12 characters"),
        ("a", "12 characters"),
        (&"ab cd ".repeat(50)[..257], "256 characters"),
        ("password1234", "guessed first"),
        ("aaaaaaaaaaaaaaaa", "guessed first"),
        ("qwertyuiop123", "guessed first"),
        ("jane@example.com", "email"),
        ("dqops-dqo-1234", "product"),
        (&"x".repeat(1025), "1024 bytes"),
        (&"\u{17c}".repeat(513), "1024 bytes"),
    ] {
        for call in [
            stage.put(OF_JANE).json(&json!(password)),
            stage.put(OF_JANE).text(password),
            stage.put(OWN).by(&jane.key).json(&json!(password)),
        ] {
            let detail = call.send().await.refuses(400, "password_rejected");
            assert!(detail.contains(reason), "{password:.40}: {detail}");
            assert!(password.len() < 8 || !detail.contains(password), "it repeats the password");
        }
    }
    assert!(!stage.has_password(JANE).await);
}
