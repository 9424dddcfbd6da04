//! The first admin named by a setting.

use dqops_users_domain::audit::{Action, Actor};

use crate::{
    place::{Place, Store, on_both_stores},
    time::block_on,
};

const OWNER: &str = "owner@example.com";
const PASSWORD: &str = "correct horse battery staple";

on_both_stores!(
    the_owner_is_the_first_admin_and_no_code_is_printed,
    a_password_file_gives_the_owner_a_password,
);

fn has_password(place: &Place, email: &str) -> bool {
    block_on(async {
        let storage = place.open().await;
        let mut reader = storage.read().await.unwrap();
        let user = reader.find_user(&email.parse().unwrap()).await.unwrap().unwrap();
        let hash = reader.password_hash(user.id).await.unwrap();
        drop(reader);
        storage.close().await;
        hash.is_some()
    })
}

fn the_owner_is_the_first_admin_and_no_code_is_printed(store: Store) {
    let place = Place::new(store);
    let server = place.server().args(&["--owner-email", "Owner@Example.com"]).start();
    let banner = server.banner();
    assert!(!banner.contains("setup"), "{banner}");
    assert!(server.log().contains("made the first admin"), "{}", server.log());
    let key = place.cli(&["api-key", "issue", OWNER]).succeeds();
    let owner = server.client(key.trim_end());
    let profile = owner.get("/api/environment/profile").gives(200).json();
    assert_eq!((&profile["user"], &profile["account_role"]), (&OWNER.into(), &"admin".into()));
    assert!(!has_password(&place, OWNER));
}

fn a_password_file_gives_the_owner_a_password(store: Store) {
    let place = Place::new(store);
    // The file's last line end does not count.
    let file = place.file("password", &format!("{PASSWORD}\n"));
    let program = place.server().env("DQOPS_USERS_OWNER_EMAIL", OWNER);
    let program = program.env("DQOPS_USERS_OWNER_PASSWORD_FILE", file.to_str().unwrap());
    let server = program.start();
    assert!(has_password(&place, OWNER));
    let by_directory: Vec<_> = place
        .audit()
        .into_iter()
        .filter(|entry| entry.actor == Actor::Directory && entry.subject == OWNER)
        .map(|entry| entry.action)
        .collect();
    assert_eq!(by_directory, [Action::PasswordChanged, Action::UserCreated]);
    assert!(!server.log().contains(PASSWORD) && !server.banner().contains(PASSWORD));
}

#[test]
fn an_owner_named_later_changes_nothing() {
    let place = Place::new(Store::Sqlite);
    place.server().args(&["--owner-email", OWNER]).start().stop().0.succeeds();
    let server = place.server().args(&["--owner-email", "second@example.com"]).start();
    assert!(!server.banner().contains("setup"));
    let listed = place.cli(&["user", "list"]).succeeds();
    assert_eq!(listed, format!("email\taccountRole\n{OWNER}\tadmin\n"));
}

#[test]
fn an_owner_that_cannot_be_one_is_refused_at_the_start() {
    let place = Place::new(Store::Sqlite);
    let weak = place.file("weak", "short\n");
    let weak = weak.to_str().unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["--owner-email", "nobody"], "--owner-email"),
        (&["--owner-email", OWNER, "--owner-password-file", weak], "too short"),
        (&["--owner-email", OWNER, "--owner-password-file", "missing"], "cannot read missing"),
        (&["--owner-email", OWNER, "--owner-password-file", "/dev/null"], "password"),
    ];
    for (args, reason) in cases {
        let said = place.server().args(args).run().fails(1);
        assert!(said.contains(reason), "{args:?}: {said}");
    }
    assert_eq!(place.cli(&["user", "list"]).succeeds(), "email\taccountRole\n");
}
