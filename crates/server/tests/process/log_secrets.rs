//! No secret reaches the log, at its most talkative, or the metrics, whoever sends it and wherever: only
//! the set-up code is printed, in the banner.

use serde_json::{Value, json};

use crate::{
    client::Client,
    place::{Place, Store, on_both_stores},
    scrape::{SHOWN, Watcher},
    server::ADMIN,
    time::{PATIENCE, eventually},
    vendor,
};

on_both_stores!(
    no_secret_of_a_session_is_in_the_log_or_the_metrics,
    a_failure_is_in_the_log_under_the_id_that_the_client_was_told,
);

/// The beginning of every made-up secret.
const CANARY: &str = "canary-Kx7q";

/// Secrets that were sent or given out, so that they can be looked for.
#[derive(Default)]
struct Secrets(Vec<String>);

impl Secrets {
    /// Another made-up secret; it is fit to be a password.
    fn invent(&mut self) -> String {
        let secret = format!("{CANARY}-{}-vole %Ω", self.0.len());
        self.0.push(secret.clone());
        secret
    }

    fn note(&mut self, secret: &str) -> String {
        self.0.push(secret.to_owned());
        secret.to_owned()
    }

    fn are_not_in(&self, text: &str) {
        assert!(!text.contains(CANARY), "{text}");
        for secret in &self.0 {
            assert!(!text.contains(secret.as_str()), "{secret} is in {text}");
        }
    }
}

/// The database URL with a password, where there can be one: the tests' server takes any.
fn url(place: &Place, store: Store) -> String {
    match store {
        Store::Sqlite => place.url().to_owned(),
        Store::Postgres => {
            let (user, host) = place.url().rsplit_once('@').unwrap();
            let authority = user.find("://").unwrap() + 3;
            let end = user[authority..].find(':').map_or(user.len(), |at| authority + at);
            format!("{}:{CANARY}@{host}", &user[..end])
        }
    }
}

/// Sends a secret by every way in.
fn send_everywhere(secrets: &mut Secrets, admin: &Client) {
    for path in ["/api/mypassword", "/api/users/admin@example.com/password"] {
        admin.put(path, &json!(secrets.invent())).gives(204);
        admin.put_text(path, &secrets.invent()).gives(204);
        admin.put_text(path, &format!("{CANARY} {}", "x".repeat(300))).gives(400);
        admin.put(path, &json!({"password": secrets.invent()})).gives(400);
        let broken = format!("\"{}", secrets.invent());
        admin.send("PUT", path, Some(("application/json", &broken))).unwrap().gives(400);
        admin.send("PUT", path, Some(("application/xml", &secrets.invent()))).unwrap().gives(415);
    }
    let key = admin.get("/api/environment/issueapikey").gives(200).json();
    admin.by(&secrets.note(key.as_str().unwrap())).get("/api/users").gives(200);
    let path = "/api/users/admin@example.com/passwordlink";
    let link = admin.post(path, &json!({"mail": false})).gives(201).json();
    secrets.note(link["link"].as_str().unwrap().strip_prefix("/password/").unwrap());
    admin.post(path, &json!({"mail": secrets.invent()})).gives(400);
    let wrong = secrets.note(&format!("dqu_key_{}", "q".repeat(32)));
    admin.by(&wrong).get("/api/users").refuses(401, "invalid_credential");
    admin.by(CANARY).get("/api/users").refuses(401, "invalid_credential");
    let code = format!("dqu_setup_{}", "z".repeat(32));
    let sent = json!({"code": secrets.note(&code), "email": ADMIN, "password": secrets.invent()});
    admin.post("/api/setup", &sent).gives(409);
    admin.post("/api/users", &json!({"email": CANARY, "accountRole": CANARY})).gives(400);
    admin.get(&format!("/api/users?search={CANARY}&{CANARY}={CANARY}")).gives(200);
    admin.get(&format!("/{CANARY}")).gives(404);
    admin.get(&format!("/api/users/{CANARY}@example.com")).gives(404);
    let headers = format!(
        "GET /api/users HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {CANARY}\r\n\
        Cookie: {CANARY}\r\nX-Api-Key: {CANARY}\r\nX-Request-Id: {CANARY}?\r\n\r\n"
    );
    let mut wire = admin.connect().unwrap();
    wire.write(&headers).unwrap();
    wire.reply().unwrap().gives(401);
    let mut broken = admin.connect().unwrap();
    broken.write(&format!("{CANARY} {CANARY}\r\n{CANARY}\r\n\r\n")).unwrap();
    broken.reply().unwrap().gives(400);
    send_to_pages(secrets, admin);
}

/// The same by the pages of the console.
fn send_to_pages(secrets: &mut Secrets, admin: &Client) {
    let form = |path: &str, body: &str| {
        let kind = "application/x-www-form-urlencoded";
        admin.send("POST", path, Some((kind, body))).unwrap()
    };
    let unknown = secrets.note(&format!("dqu_link_{}", "z".repeat(32)));
    admin.get(&format!("/password/{unknown}")).gives(404);
    form(&format!("/password/{unknown}"), &format!("password={CANARY}")).gives(404);
    form("/login", &format!("email={CANARY}&password={CANARY}")).gives(401);
    form("/login", &format!("email={ADMIN}&password={CANARY}")).gives(401);
    form("/login?returnUrl=/users", &format!("returnUrl=//{CANARY}&password={CANARY}")).gives(406);
    form("/setup", &format!("code={CANARY}&email={ADMIN}&password={CANARY}-long-enough"))
        .gives(409);
    let path = "/api/users/admin@example.com/passwordlink";
    let made = admin.post(path, &json!({})).gives(201).json();
    let page = made["link"].as_str().unwrap();
    secrets.note(page.strip_prefix("/password/").unwrap());
    admin.get(page).gives(200);
    form(page, "password=short").gives(400);
    form(page, &format!("password={CANARY}+opens+nothing")).gives(303);
    form(page, &format!("password={CANARY}+opens+nothing")).gives(404);
    let session = format!(
        "GET /account HTTP/1.1\r\nHost: a\r\nCookie: dqops_users_session=dqu_session_{CANARY}\r\n\r\n"
    );
    let mut wire = admin.connect().unwrap();
    wire.write(&session).unwrap();
    wire.reply().unwrap().gives(303);
}

fn no_secret_of_a_session_is_in_the_log_or_the_metrics(store: Store) {
    for format in ["text", "json"] {
        let place = Place::new(store);
        let mut secrets = Secrets::default();
        let licence = secrets.note(&vendor::team(70));
        let file = place.file("url", &url(&place, store));
        let args = ["--log", format, "--log-level", "trace", "--licence", &licence];
        let program = place.bare_program(&["serve", "--listen", "127.0.0.1:0"]).args(&args);
        let program = program.args(&SHOWN);
        let server = program.args(&["--database-url-file", file.to_str().unwrap()]).start();
        let code = server.setup_code().unwrap();
        let sent = json!({"code": code, "email": ADMIN, "password": secrets.invent()});
        let made = server.anonymous().post("/api/setup", &sent).gives(201).json();
        let key = secrets.note(made["apiKey"].as_str().unwrap());
        send_everywhere(&mut secrets, &server.client(&key));
        let shown = Watcher::of(&server).reply().text();
        secrets.are_not_in(&shown);
        // Nor is anybody's name.
        assert!(!shown.contains("example.com") && shown.contains("sign_ins_total"), "{shown}");
        let (done, _) = server.stop();
        assert!(done.stderr.contains("TRACE") || done.stderr.contains("DEBUG"), "{}", done.stderr);
        secrets.are_not_in(&done.stdout);
        secrets.are_not_in(&done.stderr);
        assert_eq!(done.stdout.matches(&code).count(), 2, "{}", done.stdout);
        assert!(!done.stderr.contains(&code), "{}", done.stderr);
    }
}

/// The lines of the log that tell of a failed request.
fn failures(log: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["message"] == "request failed").collect()
}

fn a_failure_is_in_the_log_under_the_id_that_the_client_was_told(store: Store) {
    let place = Place::new(store);
    let server = place.server().args(&["--log", "json"]).start();
    let admin = server.set_up();
    admin.get("/api/users").gives(200);
    place.raw("ALTER TABLE directory RENAME TO away");
    let sent = json!({"email": format!("{CANARY}@example.com"), "accountRole": "viewer"});
    let list = eventually(PATIENCE, "what is remembered does not count any more", || {
        Some(admin.get("/api/users")).filter(|reply| reply.status != 200)
    });
    let replies = [list, admin.post("/api/users", &sent)];
    place.raw("ALTER TABLE away RENAME TO directory");
    admin.get("/api/users").gives(200);
    let stderr = server.stop().0.stderr;
    let failures = failures(&stderr);
    assert_eq!(failures.len(), replies.len(), "{stderr}");
    for (reply, line) in replies.iter().zip(failures) {
        assert!((500..=599).contains(&reply.status), "{}", reply.text());
        assert!(!reply.text().contains("directory"), "{}", reply.text());
        let id = reply.find("x-request-id").unwrap();
        assert_eq!((&line["request"], &line["status"]), (&id.into(), &reply.status.into()));
        assert_eq!((&line["level"], &line["route"]), (&"ERROR".into(), &"/api/users".into()));
        assert!(line["cause"].as_str().unwrap().contains("directory"), "{line}");
    }
    assert!(!stderr.contains(&CANARY.to_lowercase()), "{stderr}");
}
