//! The usual beginning of a test: a server, its first admin, and seats for many.

use crate::{
    client::Client,
    place::{Place, Store},
    server::Server,
    vendor,
};

/// The proxy is this machine.
pub(crate) const BEHIND_A_PROXY: [&str; 2] = ["--trusted-proxy", "127.0.0.1"];

pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) admin: Client,
    pub(crate) place: Place,
}

impl Stage {
    pub(crate) fn new(store: Store) -> Self {
        Self::with_licence(store, &vendor::team(1_000_000))
    }

    pub(crate) fn with_licence(store: Store, licence: &str) -> Self {
        let place = Place::new(store);
        let server = place.server().env("DQOPS_USERS_LICENCE", licence).start();
        let admin = server.set_up();
        Self { server, admin, place }
    }

    /// A server, and its replicas by [`Stage::replica_behind_a_proxy`], that believe what this machine
    /// says about from where a request comes.
    pub(crate) fn behind_a_proxy(store: Store) -> Self {
        let place = Place::new(store);
        let program = place.server().args(&BEHIND_A_PROXY);
        let server = program.env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000)).start();
        let admin = server.set_up();
        Self { server, admin, place }
    }

    pub(crate) fn replica_behind_a_proxy(&self) -> Server {
        self.place.server().args(&BEHIND_A_PROXY).start()
    }

    /// Another server on the same database.
    pub(crate) fn replica(&self) -> Server {
        self.place.server().start()
    }

    /// An API key of a user, issued on the command line.
    pub(crate) fn key_of(&self, email: &str) -> Client {
        let key = self.place.cli(&["api-key", "issue", email]).succeeds();
        self.server.client(key.trim_end())
    }

    /// Adds a user and answers it as a caller.
    pub(crate) fn person(&self, email: &str, role: &str) -> Client {
        self.admin.add(email, role).gives(201);
        self.key_of(email)
    }
}
