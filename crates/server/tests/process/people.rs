//! Many people in one directory, their passwords, and how they sign in from many places.

use std::{fmt::Write as _, thread};

use serde_json::json;

use crate::{
    client::{Client, Reply, patiently},
    place::Place,
    stage::Stage,
    time::{PATIENCE, eventually},
};

pub(crate) const PASSWORD: &str = "purple turtles dance at noon";
pub(crate) const OTHER_PASSWORD: &str = "quiet rivers carry stones";

/// The emails of so many people of a kind.
pub(crate) fn names(kind: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{kind}{number}@example.com")).collect()
}

/// An address of its own for each number.
pub(crate) fn address(number: usize) -> String {
    let [.., high, middle, low] = number.to_be_bytes();
    format!("10.{high}.{middle}.{low}")
}

/// Adds users in one go.
pub(crate) fn add_all(place: &Place, emails: &[String], role: &str) {
    let mut csv = "email,accountRole\n".to_owned();
    for email in emails {
        let _ = writeln!(csv, "{email},{role}");
    }
    place.cli_with(&["user", "import", "-", "--format", "csv"], &csv).succeeds();
}

/// Adds users who all have [`PASSWORD`]: it is hashed once and then copied behind the program's back.
pub(crate) fn add_all_with_password(place: &Place, emails: &[String], role: &str) {
    add_all(place, emails, role);
    set_password(place, &emails[0], PASSWORD);
    place.raw(
        "INSERT INTO passwords (user_id, hash, changed_at) \
         SELECT users.id, known.hash, known.changed_at FROM users \
         CROSS JOIN (SELECT hash, changed_at FROM passwords LIMIT 1) AS known \
         WHERE users.id NOT IN (SELECT user_id FROM passwords)",
    );
}

/// Sets a password on the command line.
pub(crate) fn set_password(place: &Place, email: &str, password: &str) {
    eventually(PATIENCE, "the machine is not too busy to hash", || {
        let done = place.cli_with(&["user", "set-password", email], &format!("{password}\n"));
        (done.code == Some(0) || !done.stderr.contains("busy")).then(|| done.succeeds())
    });
}

/// Sets a password as an admin does.
pub(crate) fn reset_password(stage: &Stage, email: &str, password: &str) -> Reply {
    patiently(|| stage.admin.put_text(&format!("/api/users/{email}/password"), password))
}

/// Sets a password by a link, of which only the last part matters.
#[track_caller]
pub(crate) fn redeem(client: &Client, link: &str, password: &str) {
    let path = format!("/password/{}", link.rsplit('/').next().unwrap());
    let form = format!("password={}", password.replace(' ', "+"));
    let sent = Some(("application/x-www-form-urlencoded", form.as_str()));
    patiently(|| client.send("POST", &path, sent).unwrap()).gives(303);
}

pub(crate) fn try_to_sign_in(client: &Client, email: &str, password: &str) -> Reply {
    client.post("/api/session", &json!({"email": email, "password": password}))
}

/// The caller with the session that begins.
#[track_caller]
pub(crate) fn sign_in(client: &Client, email: &str, password: &str) -> Client {
    let begun = patiently(|| try_to_sign_in(client, email, password)).gives(201).json();
    client.by(begun["token"].as_str().unwrap())
}

/// Does it with each number below `count`, on so many threads beside each other; answers what came of
/// each, in order.
pub(crate) fn side_by_side<T: Send>(
    threads: usize,
    count: usize,
    each: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let each = &each;
    let mut done: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|first| {
                let numbers = (first..count).step_by(threads);
                scope.spawn(move || numbers.map(|number| (number, each(number))).collect())
            })
            .collect();
        running.into_iter().flat_map(|thread| -> Vec<_> { thread.join().unwrap() }).collect()
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, answer)| answer).collect()
}
