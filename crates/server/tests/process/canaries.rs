//! U3: secrets by every route, in every place of a request, at TRACE: none is in the log, in the audit
//! trail, in what is measured or in a panic; and nothing that is sent forges a line of them.

use std::{fs, io};

use dqops_users_trust::{count, promise};
use serde_json::json;

use crate::{
    client::{Client, Reply, Wire, encoded, patiently},
    place::{Place, Store, on_both_stores},
    scrape::{SHOWN, Watcher},
    server::Server,
    vendor,
};

on_both_stores!(
    no_secret_by_any_route_is_in_the_log_the_trail_or_the_figures,
    line_ends_and_escapes_forge_no_line_of_the_log_or_the_trail,
);

/// The beginning of every made-up secret. It looks the same however it is encoded.
const CANARY: &str = "canaryKx7q";

const CLERK: &str = "clerk@example.com";
const CLERKS_PASSWORD: &str = "purple turtles like quiet rivers";
const TARGET: &str = "target@example.com";
const NO_ID: &str = "00000000-0000-0000-0000-000000000001";

/// A method and a path with its placeholders.
type Route = (String, String);

/// The routes of the API and of the console; what takes something away comes last.
fn routes() -> Vec<Route> {
    let api = dqops_users_http::routes().into_iter();
    let api = api.map(|(method, path)| (method.to_string(), path));
    let mut routes: Vec<_> = api.chain(console_routes()).collect();
    let takes_away = |(method, path): &Route| {
        method == "DELETE"
            || ["/delete", "/remove", "/end", "/logout"].iter().any(|end| path.ends_with(end))
    };
    routes.sort_by_key(|route| (takes_away(route), route.1 == "/logout"));
    routes
}

/// Read from the source, so that none is forgotten.
fn console_routes() -> Vec<Route> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../console/src/routes.rs");
    let mut routes = vec![("GET".to_owned(), "/assets/console.css".to_owned())];
    for line in fs::read_to_string(file).unwrap().lines() {
        let Some((path, methods)) =
            line.trim().strip_prefix("(\"").and_then(|line| line.split_once("\", "))
        else {
            continue;
        };
        for (method, call) in [("GET", "get("), ("POST", "post(")] {
            if methods.contains(call) {
                routes.push((method.to_owned(), path.to_owned()));
            }
        }
    }
    assert!(routes.len() > 30, "{routes:?}");
    routes
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/openapi") || path.starts_with("/swagger")
}

/// What stands in the place of a placeholder.
fn filled(path: &str, email: &str, id: &str, token: &str) -> String {
    path.replace("{email}", email).replace("{id}", id).replace("{token}", token)
}

/// Members and fields that hold secrets, each with this one.
const SECRET_NAMES: [&str; 9] =
    ["password", "newPassword", "current", "confirm", "code", "token", "apiKey", "licence", "key"];

/// A body with the secret where the route looks for one, and beside.
fn body_of((method, path): &Route, secret: &str) -> (&'static str, String) {
    if !is_api(path) {
        let fields = SECRET_NAMES.map(|name| format!("{name}={}", encoded(secret)));
        let others = format!("email={TARGET}&accountRole=viewer&name=nightly");
        return ("application/x-www-form-urlencoded", format!("{}&{others}", fields.join("&")));
    }
    if method == "PUT" && path.ends_with("password") {
        return ("application/json", json!(secret).to_string());
    }
    let mut members = json!({"email": TARGET, "accountRole": "viewer", "name": "nightly"});
    for name in SECRET_NAMES {
        members[name] = json!(secret);
    }
    ("application/json", members.to_string())
}

/// Sends requests one after the other, each on the connection of the one before if it is still there.
struct Sender {
    client: Client,
    wire: Option<Wire>,
    sent: usize,
}

impl Sender {
    fn new(client: Client) -> Self {
        Self { client, wire: None, sent: 0 }
    }

    fn send(&mut self, route: &Route, path: &str, body: Option<&(&str, String)>) -> Reply {
        let reply = patiently(|| self.try_send(route, path, body));
        assert!(reply.status < 500, "{route:?}: {} {}", reply.status, reply.text());
        self.sent += 1;
        reply
    }

    fn try_send(&mut self, route: &Route, path: &str, body: Option<&(&str, String)>) -> Reply {
        let body = body.map(|(kind, text)| (*kind, text.as_str()));
        let ask = |wire: Option<Wire>| -> io::Result<(Wire, Reply)> {
            let mut wire = wire.map_or_else(|| self.client.connect(), Ok)?;
            let reply = wire.ask(&self.client, &route.0, path, body)?;
            Ok((wire, reply))
        };
        let kept = self.wire.take();
        let was_kept = kept.is_some();
        let answered = match ask(kept) {
            Err(_) if was_kept => ask(None),
            answered => answered,
        };
        let (wire, reply) = answered.unwrap();
        self.wire = Some(wire).filter(|_| reply.find("connection") != Some("close"));
        reply
    }
}

/// The place of the secrets, and the server that runs there.
struct Scene {
    place: Place,
    server: Server,
    admin: Client,
    /// Secrets that were given out.
    issued: Vec<String>,
}

impl Scene {
    fn new(store: Store, format: &str) -> Self {
        let place = Place::new(store);
        let smtp = place.file("smtp", &format!("smtp://robot:{CANARY}-of-mail@127.0.0.1:1"));
        let licence = vendor::enterprise();
        let server = place
            .server()
            .args(&["--log", format, "--log-level", "trace", "--trusted-proxy", "127.0.0.1"])
            .args(&["--smtp-url-file", smtp.to_str().unwrap(), "--mail-from", "dqops@example.com"])
            .args(&["--public-url", "http://users.example.com", "--licence", &licence])
            .args(&SHOWN)
            .start();
        let admin = server.set_up();
        admin.add(CLERK, "admin").gives(201);
        let path = format!("/api/users/{CLERK}/password");
        admin.insist("PUT", &path, &json!(CLERKS_PASSWORD)).gives(204);
        let issued = vec![admin.key().to_owned(), CLERKS_PASSWORD.to_owned(), licence];
        Self { place, server, admin, issued }
    }

    /// A session of the clerk, as a cookie.
    fn signed_in(&mut self, from: &str) -> Client {
        let client = self.server.anonymous().with("X-Forwarded-For", from);
        let sent = json!({"email": CLERK, "password": CLERKS_PASSWORD});
        let begun = client.insist("POST", "/api/session", &sent).gives(201).json();
        let token = begun["token"].as_str().unwrap();
        self.issued.push(token.to_owned());
        client.with("Cookie", &format!("dqops_users_session={token}"))
    }

    /// Makes the target anew if it is gone.
    fn restore_target(&self) {
        let status = self.admin.add(TARGET, "viewer").status;
        assert!([201, 409].contains(&status), "{status}");
    }

    /// Sends the secret by every route. Answers how many requests that took.
    fn spread(&mut self, routes: &[Route], number: usize, secret: &str) -> usize {
        let from = format!("10.1.{}.{}", number / 200, number % 200);
        let in_path = encoded(secret);
        let query = format!("?token={in_path}&password={in_path}&user={in_path}&search={in_path}");
        let everywhere = self.server.anonymous().by(secret).with("X-Forwarded-For", &from);
        let everywhere = everywhere
            .with("Cookie", &format!("dqops_users_session={secret}"))
            .with("X-Api-Key", secret)
            .with("X-Request-Id", &format!("{secret}?"))
            .with("Referer", &format!("http://users.example.com/password/{in_path}"));
        let mut anonymous = Sender::new(everywhere);
        let mut admin = Sender::new(self.admin.with("X-Forwarded-For", &from));
        let mut clerk = Sender::new(self.signed_in(&from));
        self.restore_target();
        for route in routes {
            let body = body_of(route, secret);
            let body = (route.0 != "GET").then_some(&body);
            let path = filled(&route.1, &in_path, &in_path, &in_path) + &query;
            anonymous.send(route, &path, body);
            let path = filled(&route.1, TARGET, NO_ID, &in_path);
            let sender = if is_api(&route.1) { &mut admin } else { &mut clerk };
            let reply = sender.send(route, &path, body);
            self.issued.extend(tokens_in(&reply.text()));
        }
        anonymous.sent + admin.sent + clerk.sent
    }

    /// All that is written down about requests, by what it is.
    fn written(self) -> Vec<(&'static str, String)> {
        let Self { place, server, .. } = self;
        let trail = place.cli(&["audit", "export"]).succeeds();
        let figures = Watcher::of(&server).reply().text();
        let (done, _) = server.stop();
        let output = after_banner(&done.stdout);
        vec![("audit trail", trail), ("figures", figures), ("output", output), ("log", done.stderr)]
    }
}

/// What a server prints after its banner, in which the set-up code stands on purpose.
fn after_banner(stdout: &str) -> String {
    stdout.split_once("\n\n").map_or_else(String::new, |(_, rest)| rest.to_owned())
}

/// The random parts of the tokens in an answer.
fn tokens_in(text: &str) -> Vec<String> {
    let tokens = text.match_indices("dqu_").filter_map(|(at, _)| {
        let token = text[at..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
        token.rsplit('_').next().filter(|random| random.len() >= 26).map(str::to_owned)
    });
    tokens.collect()
}

fn no_secret_by_any_route_is_in_the_log_the_trail_or_the_figures(store: Store) {
    let trial = promise("U3", "secrets by every route", store.ground());
    let routes = routes();
    let secrets = count(6, 200);
    for format in ["text", "json"] {
        let mut scene = Scene::new(store, format);
        let mut sent = 0;
        for number in 0..secrets / 2 {
            let secret = format!("{CANARY}-{number}-vole %\u{3a9}");
            sent += scene.spread(&routes, number, &secret);
            trial.tried(1);
        }
        assert_eq!(sent, secrets / 2 * routes.len() * 2);
        trial.figure(format!("{sent} requests with a log as {format}"));
        let issued = scene.issued.clone();
        assert!(issued.len() > secrets, "{} secrets were given out", issued.len());
        for (what, text) in scene.written() {
            let lower = text.to_lowercase();
            for secret in [CANARY, "$argon2"].into_iter().chain(issued.iter().map(String::as_str)) {
                let found = lower.find(&secret.to_lowercase());
                let line =
                    found.map(|at| &lower[at.saturating_sub(200)..(at + 200).min(lower.len())]);
                assert!(found.is_none(), "{secret} is in the {what}: {line:?}");
            }
            assert!(!lower.contains("panicked"), "a panic is in the {what}");
            assert!(what != "log" || lower.lines().count() > sent / 2, "the log says too little");
        }
    }
}

/// Ends the line, begins one that looks like the log's, and paints.
const FORGED: &str = "x\r\n2026-01-01T00:00:00Z ERROR forged: \u{1b}[31m\u{7f}\u{9b}2J\0\u{2028}";

/// Sends what forges lines by every route, where it can be sent.
fn forge(scene: &mut Scene, routes: &[Route]) -> usize {
    let in_path = encoded(FORGED);
    let members = ["email", "accountRole", "name", "code", "password", "mail", "days"];
    let json: serde_json::Map<_, _> =
        members.iter().map(|name| ((*name).to_owned(), json!(FORGED))).collect();
    let json = ("application/json", json!(json).to_string());
    let fields: Vec<_> = members.iter().map(|name| format!("{name}={in_path}")).collect();
    let form = ("application/x-www-form-urlencoded", fields.join("&"));
    // Of control characters a header may hold the tab alone.
    let clerk = scene.signed_in("10.2.0.1").with("User-Agent", "a\tb\u{9b}2J\u{2028}");
    let (mut admin, mut clerk) = (Sender::new(scene.admin.clone()), Sender::new(clerk));
    for route in routes {
        let is_api = is_api(&route.1);
        let body = Some(if is_api { &json } else { &form }).filter(|_| route.0 != "GET");
        let sender = if is_api { &mut admin } else { &mut clerk };
        let path = filled(&route.1, &in_path, &in_path, &in_path);
        sender.send(
            route,
            &format!("{path}?search={in_path}&user={in_path}&action={in_path}"),
            body,
        );
        scene.restore_target();
        sender.send(route, &filled(&route.1, TARGET, NO_ID, &in_path), body);
    }
    // A sign-in that is kept, with an agent of the client's own words.
    let client = scene.server.anonymous().with("User-Agent", "a\tb\u{9b}2J\u{2028}");
    let sent = json!({"email": CLERK, "password": CLERKS_PASSWORD});
    client.insist("POST", "/api/session", &sent).gives(201);
    let sent = json!({"email": FORGED, "password": FORGED});
    client.insist("POST", "/api/session", &sent).gives(401);
    admin.sent + clerk.sent + 2
}

/// Whether a line of the log begins as the server begins one.
fn is_of_the_log(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let time = words.next().is_some_and(|word| word.ends_with('Z') && word.len() > 20);
    time && matches!(words.next(), Some("TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR"))
}

fn line_ends_and_escapes_forge_no_line_of_the_log_or_the_trail(store: Store) {
    let trial = promise("U3", "line ends and escapes by every route", store.ground());
    let routes = routes();
    for format in ["text", "json"] {
        let mut scene = Scene::new(store, format);
        trial.tried(forge(&mut scene, &routes));
        let listed = scene.place.cli(&["audit", "list", "--limit", "1000"]).succeeds();
        let mut written = scene.written();
        written.push(("list of the trail", listed));
        for (what, text) in written {
            let is_bad =
                |c: char| (c.is_control() && !['\n', '\t'].contains(&c)) || c == '\u{2028}';
            let bad =
                text.lines().find(|line| line.contains(is_bad) || line.contains("ERROR forged"));
            assert_eq!(bad, None, "in the {what}");
            match (what, format) {
                ("log", "text") => {
                    let other = text.lines().find(|line| !is_of_the_log(line));
                    assert_eq!(other, None, "in the log");
                }
                ("log" | "audit trail", _) => {
                    for line in text.lines() {
                        serde_json::from_str::<serde_json::Value>(line).unwrap();
                    }
                }
                _ => {}
            }
        }
    }
}
