//! D5: Postgres is killed, cut off or silent: requests say so soon, nothing answers from before, and
//! all goes on by itself.

use std::time::Duration;

use dqops_users_storage::EpochLease;

use crate::{
    client::{Client, Reply},
    crowd::{Request, volley},
    place::{Place, Store},
    proxy::Proxy,
    server::Server,
    stage::Stage,
    time::{eventually, now, spare, timed},
    trail::whole_directory,
    vendor,
};

/// How soon a request is answered while Postgres is away, and how soon all works when it is back.
const PROMISED: Duration = Duration::from_secs(2);

/// A server whose way to Postgres can be cut.
struct Faulty {
    server: Server,
    admin: Client,
    proxy: Proxy,
    place: Place,
}

impl Faulty {
    fn new() -> Self {
        let place = Place::new(Store::Postgres);
        let proxy = Proxy::to(place.url());
        let program = place.server().env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000));
        let server = program.env("DQOPS_USERS_DATABASE_URL", &proxy.url(place.url())).start();
        let admin = server.set_up();
        Self { server, admin, proxy, place }
    }

    fn person(&self, email: &str, role: &str) -> Client {
        self.admin.add(email, role).gives(201);
        let key = self.place.cli(&["api-key", "issue", email]).succeeds();
        self.server.client(key.trim_end())
    }
}

/// Says that the storage does not answer, and nothing was changed.
#[track_caller]
pub(crate) fn is_unavailable(reply: Reply) {
    let reply = reply.refuses(503, "storage_unavailable");
    assert_eq!(reply.find("content-type"), Some("application/problem+json"));
    assert_eq!(reply.find("retry-after"), Some("1"));
    let detail = reply.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("nothing was changed"), "{detail}");
}

/// A read and a change, each alone, are answered soon and as it is; health tells it too.
fn each_is_unavailable(admin: &Client) {
    for request in [
        Request::get(admin, "/api/users"),
        Request::create(admin, "new@example.com"),
        Request::get(admin, "/api/ishealthy"),
    ] {
        let (mut replies, took) = timed(|| volley(&[request]));
        is_unavailable(replies.remove(0));
        assert!(took < PROMISED + spare(), "it took {took:?}");
    }
}

/// So are many at once.
fn all_are_unavailable(admin: &Client) {
    let crowd = (0..4).flat_map(|_| {
        [
            Request::get(admin, "/api/users"),
            Request::get(admin, "/api/users/admin@example.com"),
            Request::get(admin, "/api/environment/profile"),
            Request::create(admin, "new@example.com"),
            Request::delete(admin, "jane@example.com"),
            Request::get(admin, "/api/ishealthy"),
        ]
    });
    let crowd: Vec<_> = crowd.collect();
    let (replies, took) = timed(|| volley(&crowd));
    let late = replies.iter().filter(|reply| reply.text().contains("request_timeout")).count();
    assert!(took < PROMISED + spare(), "they took {took:?}; {late} were given up");
    replies.into_iter().for_each(is_unavailable);
}

/// Reads and writes work again, and soon.
pub(crate) fn all_works_again(admin: &Client, within: Duration) {
    eventually(within, "reads and writes work again", || {
        let is_read = admin.get("/api/users").status == 200;
        let is_written = || matches!(admin.add("again@example.com", "viewer").status, 201 | 409);
        let is_healthy = || admin.get("/api/ishealthy").status == 200;
        (is_read && is_written() && is_healthy()).then_some(())
    });
}

#[test]
fn while_postgres_is_cut_off_each_request_says_so_soon_and_afterwards_all_works() {
    let mut faulty = Faulty::new();
    faulty.admin.add("jane@example.com", "viewer").gives(201);
    faulty.proxy.cut();
    let cut = now();
    eventually(PROMISED + spare(), "the lease ends", || {
        let began = now();
        let reply = faulty.admin.get("/api/users");
        assert!(reply.status != 200 || began - cut <= EpochLease::LENGTH, "{:?}", began - cut);
        (reply.status != 200).then(|| is_unavailable(reply))
    });
    each_is_unavailable(&faulty.admin);
    faulty.proxy.restore();
    all_works_again(&faulty.admin, PROMISED + spare());
    assert!(whole_directory(&faulty.place).contains_key("jane@example.com"));
}

#[test]
fn while_postgres_is_cut_off_many_requests_at_once_say_so_soon() {
    let mut faulty = Faulty::new();
    faulty.proxy.cut();
    all_are_unavailable(&faulty.admin);
    faulty.proxy.restore();
    all_works_again(&faulty.admin, PROMISED + spare());
}

#[test]
fn while_postgres_is_silent_each_request_says_so_soon_and_afterwards_all_works() {
    let mut faulty = Faulty::new();
    faulty.proxy.go_silent();
    each_is_unavailable(&faulty.admin);
    faulty.proxy.restore();
    all_works_again(&faulty.admin, PROMISED + spare());
}

#[test]
fn while_postgres_is_silent_many_requests_at_once_say_so_soon() {
    let mut faulty = Faulty::new();
    faulty.proxy.go_silent();
    all_are_unavailable(&faulty.admin);
    faulty.proxy.restore();
    all_works_again(&faulty.admin, PROMISED + spare());
}

#[test]
fn connections_that_stay_silent_when_postgres_is_back_are_given_up() {
    let faulty = Faulty::new();
    faulty.proxy.go_silent();
    volley(&[(); 8].map(|()| Request::get(&faulty.admin, "/api/ishealthy")))
        .into_iter()
        .for_each(is_unavailable);
    faulty.proxy.restore_for_new();
    // A read and a change each wait once for a connection that says nothing.
    all_works_again(&faulty.admin, 3 * PROMISED + spare());
}

#[test]
fn a_change_during_which_postgres_goes_silent_says_so_soon() {
    let mut faulty = Faulty::new();
    faulty.admin.get("/api/users").gives(200);
    faulty.proxy.go_silent();
    let (reply, took) = timed(|| faulty.admin.add("jane@example.com", "viewer"));
    is_unavailable(reply);
    assert!(took < PROMISED + spare(), "it took {took:?}");
    faulty.proxy.restore();
    all_works_again(&faulty.admin, PROMISED + spare());
    faulty.admin.get("/api/users/jane@example.com").refuses(404, "user_not_found");
}

#[test]
fn what_was_revoked_while_a_server_was_cut_off_opens_nothing_there() {
    let mut faulty = Faulty::new();
    let jane = faulty.person("jane@example.com", "viewer");
    jane.get("/api/users").gives(200);
    faulty.proxy.cut();
    faulty.place.cli(&["user", "delete", "jane@example.com"]).succeeds();
    is_unavailable(jane.get("/api/users"));
    faulty.proxy.restore();
    let refused = eventually(PROMISED + spare(), "the server knows again", || {
        let reply = jane.get("/api/users");
        assert_ne!(reply.status, 200, "a deleted user was let in");
        (reply.status != 503).then_some(reply)
    });
    refused.refuses(401, "invalid_credential");
    assert!(!faulty.admin.emails().contains(&"jane@example.com".to_owned()));
}

/// Postgres closes idle connections when it restarts; nobody has to notice.
#[test]
fn connections_that_postgres_closed_are_replaced_without_a_failure() {
    let stage = Stage::new(Store::Postgres);
    for round in 0..5 {
        let closed = stage.place.raw(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        assert!(closed > 0);
        stage.admin.get("/api/users").gives(200);
        stage.admin.add(&format!("user{round}@example.com"), "viewer").gives(201);
        stage.admin.get("/api/ishealthy").gives(200);
    }
    assert_eq!(whole_directory(&stage.place).len(), 6);
}
