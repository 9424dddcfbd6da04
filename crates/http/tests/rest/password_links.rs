//! `/api/users/{email}/passwordlink`: links by which users set their passwords.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use dqops_users_domain::{Password, Role};
use dqops_users_http::{Authentication, Settings as HttpSettings};
use dqops_users_service::{Mail, MailError, Mailer, Mailing, Settings};
use serde_json::{Value, json};

use crate::{
    stage::{STRONG, Stage},
    vendor,
};

const JANE: &str = "jane@example.com";
const PATH: &str = "/api/users/jane@example.com/passwordlink";

/// Keeps mail, unless it is for somebody who cannot be reached.
#[derive(Default)]
struct Postbox(Mutex<Vec<Mail>>);

#[async_trait]
impl Mailer for Postbox {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        if mail.to.as_str().starts_with("gone") {
            return Err(MailError::new("550 there is no sqlx here"));
        }
        self.0.lock().unwrap().push(mail);
        Ok(())
    }
}

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.add(JANE, Role::Viewer).await;
    stage
}

/// The token of a link that leads to `base`.
fn token(issued: &Value, base: &str) -> String {
    let link = issued["link"].as_str().unwrap();
    let token = link.strip_prefix(base).unwrap_or_else(|| panic!("{issued}"));
    assert!(token.starts_with("dqu_link_"), "{issued}");
    token.to_owned()
}

#[tokio::test]
async fn a_link_is_made_shown_and_revoked() {
    let stage = stage().await;
    stage.get(PATH).send().await.refuses(404, "password_link_not_found");
    let answer = stage.post(PATH).send().await.gives(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let issued = answer.json();
    assert_eq!(issued["expiresAt"], "2026-01-04T00:00:00Z");
    assert_eq!(issued.as_object().unwrap().len(), 2, "{issued}");
    let token = token(&issued, "/password/");
    assert_eq!(stage.directory.look_at_password_link(&token).await.unwrap().0.as_str(), JANE);

    let answer = stage.get(PATH).send().await.gives(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let expected = json!({
        "createdAt": "2026-01-01T00:00:00Z", "expiresAt": "2026-01-04T00:00:00Z", "expired": false,
    });
    assert_eq!(answer.json(), expected);
    let answer = stage.delete(PATH).send().await;
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.gives_nothing(204);
    assert!(stage.directory.look_at_password_link(&token).await.is_err());
    stage.delete(PATH).send().await.refuses(404, "password_link_not_found");
    stage.get(PATH).send().await.refuses(404, "password_link_not_found");
}

#[tokio::test]
async fn an_expired_link_is_shown_as_such_and_a_used_one_is_not_shown() {
    let stage = stage().await;
    stage.post(PATH).send().await.gives(201);
    stage.clock.set("2026-01-04T00:00:00Z");
    assert_eq!(stage.get(PATH).send().await.gives(200).json()["expired"], true);
    let issued = stage.post(PATH).send().await.gives(201).json();
    assert_eq!(stage.get(PATH).send().await.gives(200).json()["expired"], false);
    let new = Password::new(STRONG.to_owned()).ok();
    stage
        .directory
        .redeem_password_link(&token(&issued, "/password/"), new, IpAddr::from([192, 0, 2, 1]))
        .await
        .unwrap();
    stage.get(PATH).send().await.refuses(404, "password_link_not_found");
    assert!(stage.opens(JANE, STRONG).await);
}

#[tokio::test]
async fn a_body_may_be_left_out_and_else_is_read_strictly() {
    let stage = stage().await;
    for body in ["", "{}", r#"{"mail":false}"#, r#"{"mail":null,"more":1}"#] {
        stage.post(PATH).body("application/json", body).send().await.gives(201);
    }
    stage.post(PATH).bare_body("").send().await.gives(201);
    let issued = stage.post(PATH).send().await.gives(201).json();
    for (body, code) in [
        ("[]", "malformed_body"),
        ("true", "malformed_body"),
        ("{", "malformed_body"),
        (r#"{"mail":"yes"}"#, "invalid_field"),
        (r#"{"mail":1}"#, "invalid_field"),
        (r#"{"mail":false,"mail":true}"#, "invalid_field"),
    ] {
        stage.post(PATH).body("application/json", body).send().await.refuses(400, code);
    }
    for kind in ["text/plain", "application/xml"] {
        let call = stage.post(PATH).body(kind, "{}");
        call.send().await.refuses(415, "unsupported_media_type");
    }
    stage.post(PATH).bare_body("{}").send().await.refuses(415, "unsupported_media_type");
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(1024 * 1024));
    stage.post(PATH).body("application/json", long).send().await.refuses(413, "body_too_large");
    stage.post(PATH).json(&json!({"mail": true})).send().await.refuses(409, "mail_not_configured");
    let still = token(&issued, "/password/");
    assert!(stage.directory.look_at_password_link(&still).await.is_ok(), "a refusal replaced it");
}

#[tokio::test]
async fn there_is_no_link_for_nobody() {
    let stage = stage().await;
    for (email, status, code) in
        [("nobody@example.com", 404, "user_not_found"), ("nobody", 400, "invalid_field")]
    {
        let path = format!("/api/users/{email}/passwordlink");
        for call in [stage.post(&path), stage.get(&path), stage.delete(&path)] {
            call.send().await.refuses(status, code);
        }
    }
}

#[tokio::test]
async fn a_link_leads_to_the_public_address_and_is_mailed_if_that_is_wanted() {
    let base = "https://users.example.com/password/".to_owned();
    let postbox = Arc::new(Postbox::default());
    let mailing = Mailing { mailer: Arc::<Postbox>::clone(&postbox), link_base: base.clone() };
    let settings = Settings { mailing: Some(mailing), ..Settings::new(vendor::public_key()) };
    let http =
        HttpSettings { link_base: base.clone(), ..HttpSettings::new(Authentication::Required) };
    let stage = stage().await.rerun(settings, http);
    let issued = stage.post(PATH).send().await.gives(201).json();
    token(&issued, &base);
    assert!(postbox.0.lock().unwrap().is_empty());

    // Where it leads is for the setting to say, and for no request.
    let call = stage.post(PATH).header("host", "evil.example").header("x-forwarded-host", "evil");
    let issued = call.json(&json!({"mail": true})).send().await.gives(201).json();
    let link = issued["link"].as_str().unwrap();
    token(&issued, &base);
    let mails = postbox.0.lock().unwrap().clone();
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, JANE));
    assert!(mails[0].text.contains(link), "{}", mails[0].text);

    stage.add("gone@example.com", Role::Viewer).await;
    let call = stage.post("/api/users/gone@example.com/passwordlink");
    call.json(&json!({"mail": true})).send().await.refuses(503, "mail_not_sent");
    stage.get("/api/users/gone@example.com/passwordlink").send().await.gives(200);
}
