//! Reading the metrics of a server as whoever watches it does.

use std::collections::BTreeMap;

use crate::{
    client::{Client, Reply},
    server::{Server, address_in},
    time::{PATIENCE, eventually},
};

/// What makes a server show metrics, on a port of its own.
pub(crate) const SHOWN: [&str; 2] = ["--metrics-listen", "127.0.0.1:0"];

/// Who reads the metrics of a server.
pub(crate) struct Watcher(Client);

/// The figures at a moment, each under its name and labels without the prefix.
pub(crate) struct Scraped(BTreeMap<String, f64>);

impl Watcher {
    pub(crate) fn of(server: &Server) -> Self {
        let address = eventually(PATIENCE, "metrics are shown", || {
            address_in(&server.log(), "metrics are shown")
        });
        Self(Client::new(address))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0
    }

    pub(crate) fn reply(&self) -> Reply {
        self.0.get("/metrics").gives(200)
    }

    pub(crate) fn scrape(&self) -> Scraped {
        let text = self.reply().text();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Scraped(lines.map(figure).collect())
    }
}

fn figure(line: &str) -> (String, f64) {
    let (name, value) = line.rsplit_once(' ').unwrap();
    (name.strip_prefix("dqops_users_").unwrap().to_owned(), value.parse().unwrap())
}

impl Scraped {
    /// A figure that is there.
    #[track_caller]
    pub(crate) fn get(&self, name: &str) -> f64 {
        self.find(name).unwrap_or_else(|| panic!("{name} is not in {:?}", self.0.keys()))
    }

    pub(crate) fn find(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// By how much a figure rose; one that was not there was 0.
    #[track_caller]
    pub(crate) fn risen(&self, before: &Self, name: &str) -> f64 {
        self.get(name) - before.find(name).unwrap_or(0.0)
    }
}
