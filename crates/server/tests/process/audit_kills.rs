//! U1: the server is killed while many change things and fail to sign in; the trail holds an entry for
//! each thing that was done, and none for what was not.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread::{self, ScopedJoinHandle},
};

use dqops_users_domain::audit::{Action, AuditEntry};
use dqops_users_trust::{count, promise};
use serde_json::json;

use crate::{
    client::{Client, Reply, Wire},
    crowd::Ending,
    place::{Place, Store, on_both_stores},
    server::{ADMIN, Server},
    stage::Stage,
    time::{PATIENCE, block_on, eventually},
    trail::whole_directory,
    vendor,
};

on_both_stores!(the_trail_has_an_entry_for_each_change_however_often_the_server_is_killed);

const WRITERS: usize = 16;

/// Of so many users of a writer there is one failed sign-in: it costs as much as a hundred changes.
const A_FAILURE_EVERY: usize = 8;

/// What a writer asked for, by its action and subject; each at most once.
type Deed = (&'static str, String);

/// Deeds, and whether each was acknowledged.
type Deeds = BTreeMap<Deed, bool>;

/// One who changes things until the server is gone.
struct Writer<'w> {
    admin: &'w Client,
    wire: Wire,
    acknowledged: &'w AtomicUsize,
    deeds: Deeds,
}

impl Writer<'_> {
    /// Asks for a deed; `None` when the server is gone.
    fn ask(
        &mut self,
        deed: (Action, &str),
        (method, path): (&str, &str),
        body: &str,
        status: u16,
    ) -> Option<Reply> {
        let deed = (deed.0.as_str(), deed.1.to_owned());
        self.deeds.insert(deed.clone(), false);
        let body = Some(("application/json", body)).filter(|(_, body)| !body.is_empty());
        // Too busy to look at a password: then nothing was done, and nothing is noted.
        let reply = eventually(PATIENCE, "the server has time", || {
            let reply = self.wire.ask(self.admin, method, path, body).ok();
            (!reply.as_ref().is_some_and(Reply::is_overloaded)).then_some(reply)
        });
        let reply = reply?.gives(status);
        self.deeds.insert(deed, true);
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        Some(reply)
    }

    /// All that can be done with a user.
    fn live(&mut self, name: &str, number: usize) -> Option<()> {
        let email = format!("{name}-{number}@example.com");
        let path = format!("/api/users/{email}");
        let link = format!("{path}/passwordlink");
        let user = |role: &str| json!({"email": email, "accountRole": role}).to_string();
        self.ask((Action::UserCreated, &email), ("POST", "/api/users"), &user("viewer"), 201)?;
        self.ask((Action::UserUpdated, &email), ("PUT", &path), &user("editor"), 204)?;
        self.ask((Action::PasswordLinkIssued, &email), ("POST", &link), "{}", 201)?;
        if !number.is_multiple_of(3) {
            self.ask((Action::PasswordLinkRevoked, &email), ("DELETE", &link), "", 204)?;
        }
        if !number.is_multiple_of(4) {
            self.ask((Action::UserDeleted, &email), ("DELETE", &path), "", 204)?;
        }
        if number.is_multiple_of(A_FAILURE_EVERY) {
            let stranger = format!("stranger-{email}");
            let sent = json!({"email": stranger, "password": "not the password"}).to_string();
            let deed = (Action::SignInFailed, stranger.as_str());
            self.ask(deed, ("POST", "/api/session"), &sent, 401)?;
        }
        Some(())
    }
}

/// As if it came from an address of its own, so that failures do not wait for each other.
fn from_elsewhere(admin: &Client, round: usize, writer: usize) -> Client {
    admin.with("X-Forwarded-For", &format!("10.{}.{}.{writer}", round / 200, round % 200))
}

fn start(place: &Place) -> Server {
    place.server().args(&["--trusted-proxy", "127.0.0.1"]).start()
}

/// Changes things at many hands, and kills the server when so much was done. Answers the deeds.
fn change_and_kill(stage: &mut Stage, round: usize, enough: usize) -> Deeds {
    let (acknowledged, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|number| {
                let admin = from_elsewhere(&stage.admin, round, number);
                let (acknowledged, is_over) = (&acknowledged, &is_over);
                scope.spawn(move || {
                    let wire = admin.connect().unwrap();
                    let deeds = Deeds::new();
                    let mut writer = Writer { admin: &admin, wire, acknowledged, deeds };
                    let name = format!("user{round}-{number}");
                    let mut users = (0..).take_while(|_| !is_over.load(Ordering::Relaxed));
                    let _is_gone = users.try_for_each(|user| writer.live(&name, user));
                    writer.deeds
                })
            })
            .collect();
        let _ending = Ending(&is_over);
        eventually(PATIENCE, "things are changed", || {
            let failed = writers.iter().any(ScopedJoinHandle::is_finished);
            (failed || acknowledged.load(Ordering::Relaxed) >= enough).then_some(())
        });
        stage.server.kill();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    })
}

/// What the trail tells of the writers, the oldest first.
fn told(place: &Place) -> Vec<AuditEntry> {
    let mut entries = place.audit();
    entries.reverse();
    let is_theirs = |entry: &AuditEntry| {
        entry.subject.starts_with("user") || entry.subject.starts_with("stranger-")
    };
    entries.retain(is_theirs);
    entries
}

/// The users of the trail who have a password link, as it tells.
fn linked(entries: &[AuditEntry]) -> Vec<String> {
    let mut linked = BTreeMap::new();
    for entry in entries {
        match entry.action {
            Action::UserCreated | Action::PasswordLinkRevoked => {
                linked.insert(entry.subject.clone(), false);
            }
            Action::PasswordLinkIssued => drop(linked.insert(entry.subject.clone(), true)),
            Action::UserDeleted => drop(linked.remove(&entry.subject)),
            _ => {}
        }
    }
    linked.into_iter().filter(|(_, has_link)| *has_link).map(|(email, _)| email).collect()
}

/// The users who have one, as it is stored.
fn stored_links<'u>(place: &Place, users: impl Iterator<Item = &'u String>) -> Vec<String> {
    block_on(async {
        let storage = place.open().await;
        let mut reader = storage.read().await.unwrap();
        let mut linked = Vec::new();
        for email in users.filter(|email| *email != ADMIN) {
            let user = reader.find_user(&email.parse().unwrap()).await.unwrap().unwrap();
            if reader.password_link(user.id).await.unwrap().is_some() {
                linked.push(email.clone());
            }
        }
        drop(reader);
        storage.close().await;
        linked
    })
}

fn the_trail_has_an_entry_for_each_change_however_often_the_server_is_killed(store: Store) {
    let trial = promise("U1", "changes and failed sign-ins under kill -9", store.ground());
    let mut stage = Stage::with_licence(store, &vendor::enterprise());
    drop(std::mem::replace(&mut stage.server, start(&stage.place)));
    stage.admin = stage.admin.at(stage.server.address());
    let (wanted, mut done, mut kills) = (count(300, 10_000), 0, 0);
    let mut deeds = Deeds::new();
    while done < wanted {
        // Another number each time, so that it dies at another point of its work.
        let new = change_and_kill(&mut stage, kills, count(90, 190) + 7 * (kills % 9));
        kills += 1;
        let acknowledged = new.values().filter(|is_acknowledged| **is_acknowledged).count();
        trial.tried(acknowledged);
        done += acknowledged;
        deeds.extend(new);
        stage.server = start(&stage.place);
        stage.admin = stage.admin.at(stage.server.address());
    }
    let users = whole_directory(&stage.place);
    let entries = told(&stage.place);
    assert_eq!(linked(&entries), stored_links(&stage.place, users.keys()));
    let mut counted = BTreeMap::<Deed, usize>::new();
    for entry in &entries {
        *counted.entry((entry.action.as_str(), entry.subject.clone())).or_default() += 1;
    }
    for (deed, is_acknowledged) in &deeds {
        let number = counted.remove(deed).unwrap_or(0);
        assert!(number == 1 || (number == 0 && !is_acknowledged), "{deed:?}: {number} entries");
    }
    assert!(counted.is_empty(), "nobody asked for that: {counted:?}");
    stage.place.cli(&["audit", "verify"]).succeeds();
    let failed =
        deeds.keys().filter(|(action, _)| *action == Action::SignInFailed.as_str()).count();
    assert!(failed >= WRITERS, "{failed} failed sign-ins");
    trial.figure(format!("{kills} kills, {failed} failed sign-ins"));
}
