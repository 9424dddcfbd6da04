//! L3: whatever becomes of the licence, nobody who is in is locked out, and nothing grows.

use serde_json::json;

use dqops_users_trust::{Trial, count, promise};

use crate::{
    client::{Client, Reply},
    place::{Place, Store, on_both_stores},
    stage::Stage,
    vendor::{self, Terms},
};

on_both_stores!(no_state_of_the_licence_locks_anybody_out_or_lets_anything_grow);

const JANE: &str = "jane@example.com";
const JOE: &str = "joe@example.com";
const PASSWORD: &str = "purple turtles like quiet rivers";
const OTHER: &str = "green lizards hate loud rivers";

/// How a licence came to nothing.
struct State {
    name: &'static str,
    bring_about: fn(&Place),
    /// What is answered to whoever adds a user.
    create: (u16, &'static str),
    /// What is answered to whoever gives a user a higher role, if that is refused: a licence that is
    /// over its seats has not lapsed, and gates only who is added.
    widen: Option<(u16, &'static str)>,
}

const EXPIRED: (u16, &str) = (403, "licence_expired");
const REQUIRED: (u16, &str) = (403, "licence_required");
const NO_SEAT: (u16, &str) = (400, "user_limit_reached");

const STATES: &[State] = &[
    State {
        name: "expired",
        bring_about: |place| {
            let (issued, expires) = ("2019-01-01T00:00:00Z", Some("2020-01-01T00:00:00Z"));
            install(place, &Terms { issued, expires, ..Terms::default() });
        },
        create: EXPIRED,
        widen: Some(EXPIRED),
    },
    State {
        name: "over its seats",
        bring_about: |place| install(place, &Terms { seats: 3, ..Terms::default() }),
        create: NO_SEAT,
        widen: None,
    },
    State {
        name: "missing",
        bring_about: |place| drop(place.cli(&["licence", "remove"]).succeeds()),
        create: NO_SEAT,
        widen: None,
    },
    State {
        name: "missing, and the evaluation is over",
        bring_about: |place| {
            place.raw("UPDATE directory SET started_at = 0");
            place.cli(&["licence", "remove"]).succeeds();
        },
        create: EXPIRED,
        widen: Some(EXPIRED),
    },
    State {
        name: "of one seat",
        bring_about: |place| install(place, &Terms { kind: "FREE", ..Terms::default() }),
        create: REQUIRED,
        widen: Some(REQUIRED),
    },
    State {
        name: "unreadable",
        bring_about: |place| {
            // As another build finds it, whose vendor has another key.
            place.raw("UPDATE directory SET licence = 'dqul1.e30.AA', started_at = 0");
            place.cli(&["user", "set-role", "user5@example.com", "none"]).succeeds();
        },
        create: EXPIRED,
        widen: Some(EXPIRED),
    },
];

fn install(place: &Place, terms: &Terms<'_>) {
    place.cli(&["licence", "install", &vendor::sign_terms(terms)]).succeeds();
}

/// A directory of eight, with credentials of all kinds in use.
struct Town {
    stage: Stage,
    jane: Client,
    session: Client,
}

impl Town {
    fn new(store: Store) -> Self {
        let stage = Stage::new(store);
        let jane = stage.person(JANE, "editor");
        stage.admin.add(JOE, "editor").gives(201);
        for number in 1..=5 {
            stage.admin.add(&format!("user{number}@example.com"), "viewer").gives(201);
        }
        let town = Self { session: jane.clone(), jane, stage };
        town.set_password(JANE, PASSWORD).gives(204);
        let session = town.sign_in(JANE, PASSWORD);
        Self { session, ..town }
    }

    fn set_password(&self, email: &str, password: &str) -> Reply {
        let path = format!("/api/users/{email}/password");
        self.stage.admin.insist("PUT", &path, &json!(password))
    }

    fn set_role(&self, email: &str, role: &str) -> Reply {
        let body = json!({"email": email, "accountRole": role});
        self.stage.admin.put(&format!("/api/users/{email}"), &body)
    }

    fn sign_in(&self, email: &str, password: &str) -> Client {
        let server = &self.stage.server;
        let sent = json!({"email": email, "password": password});
        let begun = server.anonymous().insist("POST", "/api/session", &sent).gives(201).json();
        server.client(begun["token"].as_str().unwrap())
    }

    /// What no state of the licence refuses.
    fn goes_on(&self, trial: &Trial) {
        let Self { stage, jane, session } = self;
        for caller in [&stage.admin, jane, session, &self.sign_in(JANE, PASSWORD)] {
            for path in ["/api/users", "/api/users/joe@example.com", "/api/environment/profile"] {
                caller.get(path).gives(200);
                trial.tried(1);
            }
        }
        stage.admin.get("/api/audit").gives(200);
        session.insist("PUT", "/api/mypassword", &json!(OTHER)).gives(204);
        session.insist("PUT", "/api/mypassword", &json!(PASSWORD)).gives(204);
        self.set_password(JOE, PASSWORD).gives(204);
        self.sign_in(JOE, PASSWORD).get("/api/users").gives(200);
        let key = session.post("/api/keys", &json!({"name": "new"})).gives(201).json();
        stage.server.client(key["apiKey"].as_str().unwrap()).get("/api/users").gives(200);
        let path = format!("/api/keys/{}", key["id"].as_str().unwrap());
        session.delete(&path).gives(204);
        stage.admin.post("/api/users/joe@example.com/passwordlink", &json!({})).gives(201);
        stage.admin.delete("/api/sessions?user=joe@example.com").gives(204);
        for command in [["user", "export"], ["audit", "export"], ["licence", "show"]] {
            stage.place.cli(&command).succeeds();
        }
        trial.tried(14);
    }

    /// What must wait for a licence.
    fn does_not_grow(&self, trial: &Trial, state: &State) {
        let before = self.stage.admin.get("/api/users").gives(200).json();
        let (status, code) = state.create;
        for role in ["viewer", "none", "admin"] {
            self.stage.admin.add("new@example.com", role).refuses(status, code);
        }
        let place = &self.stage.place;
        place.cli(&["user", "add", "new@example.com", "--role", "viewer"]).fails(1);
        let rows = "email,accountRole\nnew@example.com,viewer\nuser1@example.com,none\n";
        place.file("new.csv", rows);
        let import = place.cli(&["user", "import", "new.csv", "--update"]);
        assert_eq!(import.code, Some(1), "{import:?}");
        place.cli(&["data-domain", "add", "sales"]).fails(1);
        trial.tried(6);
        if let Some((status, code)) = state.widen {
            for role in ["operator", "editor", "admin"] {
                self.set_role("user1@example.com", role).refuses(status, code);
                place.cli(&["user", "set-role", "user1@example.com", role]).fails(1);
            }
            trial.tried(6);
        }
        assert_eq!(self.stage.admin.get("/api/users").gives(200).json(), before);
    }

    /// What takes rights away, and then a licence that brings all back.
    fn shrinks_and_recovers(&self, trial: &Trial) {
        let Self { stage, .. } = self;
        self.set_role(JOE, "viewer").gives(204);
        stage.admin.delete(&format!("/api/users/{JOE}")).gives(204);
        stage.place.cli(&["user", "delete", "user2@example.com"]).succeeds();
        install(&stage.place, &Terms::default());
        stage.admin.add("new@example.com", "viewer").gives(201);
        self.set_role("user1@example.com", "editor").gives(204);
        trial.tried(5);
    }
}

fn no_state_of_the_licence_locks_anybody_out_or_lets_anything_grow(store: Store) {
    for state in &STATES[..count(2, STATES.len())] {
        let what = format!("a running server whose licence is {}", state.name);
        let trial = promise("L3", &what, store.ground());
        let town = Town::new(store);
        (state.bring_about)(&town.stage.place);
        town.goes_on(&trial);
        town.does_not_grow(&trial, state);
        let (server, place) = (&town.stage.server, &town.stage.place);
        // Nor does a restart lock anybody out.
        let restarted = place.server().start();
        assert!(!server.banner().is_empty() && !restarted.banner().is_empty());
        for caller in [&town.stage.admin, &town.jane, &town.session] {
            caller.at(restarted.address()).get("/api/users").gives(200);
            trial.tried(1);
        }
        drop(restarted);
        town.shrinks_and_recovers(&trial);
    }
}
