//! P2: how long passwords may be, and that every character of them counts.

use dqops_users_trust::{Ground, count, promise};

use crate::{
    client::patiently,
    people::{add_all, address, names, reset_password, side_by_side, sign_in, try_to_sign_in},
    place::Store,
    server::Server,
    stage::Stage,
};

const JANE: &str = "jane@example.com";

/// Two passwords of a hundred characters that differ in their last character, in the case of one, or
/// by a NUL; other ones for each number.
fn pair(number: usize) -> (String, String) {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut state = number as u64 + 1;
    let mut letter = || {
        // Knuth's generator; it only has to give other letters each time.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        LETTERS[(state >> 33) as usize % LETTERS.len()]
    };
    let text: String = (0..100).map(|_| char::from(letter())).collect();
    let place = number / 6 % 100;
    let (start, end) = (&text[..place], &text[place + 1..]);
    let other = match number % 6 {
        0 => format!("{}-", &text[..99]),
        1 => text[..99].to_owned(),
        2 | 3 => {
            let letter = text.as_bytes()[place];
            format!("{start}{}{end}", char::from(letter ^ 0x20))
        }
        4 => format!("{}\0", &text[..99]),
        _ => format!("{start}\0{end}"),
    };
    (text, other)
}

/// Which store it is has no part in it.
#[test]
fn passwords_that_nearly_agree_never_open_each_other() {
    let trial = promise("P2", "pairs of passwords, each tried for the other", Ground::None);
    let stage = Stage::behind_a_proxy(Store::Sqlite);
    let users = names("user", count(6, 300));
    add_all(&stage.place, &users, "viewer");
    side_by_side(2, users.len(), |number| {
        let (user, (text, other)) = (&users[number], pair(number));
        assert_ne!(text, other);
        let client = stage.server.anonymous().from(&address(number));
        for (right, wrong) in [(&text, &other), (&other, &text)] {
            reset_password(&stage, user, right).gives(204);
            let refused = patiently(|| try_to_sign_in(&client, user, wrong));
            refused.refuses(401, "invalid_credential");
            sign_in(&client, user, right);
        }
        trial.tried(1);
    });
}

fn set(server: &Server, stage: &Stage, password: &str) -> (u16, String) {
    let path = format!("/api/users/{JANE}/password");
    let reply = patiently(|| stage.admin.at(server.address()).put_text(&path, password));
    (reply.status, reply.text())
}

fn must_refuse(server: &Server, stage: &Stage, password: &str, reason: &str) {
    let (status, said) = set(server, stage, password);
    assert!(status == 400 && said.contains(reason), "{password:?}: {status} {said}");
}

/// So many characters, all of them different from their neighbours.
fn long(length: u32, first: u32) -> String {
    (0..length).map(|number| char::from_u32(first + number * 7 % 200).unwrap()).collect()
}

const EMOJI: u32 = 0x1f300;
const LATIN: u32 = 0xc0;

#[test]
fn from_twelve_to_256_characters_are_taken_and_nothing_is_said_about_which() {
    let trial = promise("P2", "lengths and compositions", Ground::None);
    let stage = Stage::new(Store::Sqlite);
    stage.admin.add(JANE, "viewer").gives(201);
    let (emoji, latin) = (long(256, EMOJI), long(256, LATIN));
    assert_eq!(emoji.len(), 1024);
    let taken = [
        "xk4#mQz8vw2!",
        "zażółć gęśl ą",
        "correct horse battery staple",
        "CORRECTHORSEBATTERYSTAPLE",
        "83920174650293847561",
        "{}[]()<>!?$%&/=+*~#'_-.:,;",
        &latin,
        &emoji,
    ];
    for text in taken {
        assert_eq!(set(&stage.server, &stage, text), (204, String::new()), "{text}");
        trial.tried(1);
    }
    for (text, reason) in [
        ("xk4#mQz8vw2", "too short: it needs at least 12"),
        ("żażółć gęśl", "too short: it needs at least 12"),
        (&long(257, LATIN), "too long: it may have at most 256"),
        (&long(257, EMOJI), "longer than 1024 bytes"),
    ] {
        must_refuse(&stage.server, &stage, text, reason);
        trial.tried(1);
    }
    let lax = stage.place.server().args(&["--password-min-length", "8"]).start();
    assert_eq!(set(&lax, &stage, "xk4#mQz8").0, 204);
    must_refuse(&lax, &stage, "xk4#mQz", "too short: it needs at least 8");
    let laxer = stage.place.server().args(&["--password-min-length", "7"]).run().fails(1);
    assert!(laxer.contains("must be from 8 to 256"), "{laxer}");
    trial.tried(3);
}

#[test]
fn more_than_1024_bytes_are_refused_before_hashing() {
    let trial = promise("P2", "passwords of more than 1,024 bytes", Ground::None);
    let stage = Stage::behind_a_proxy(Store::Sqlite);
    stage.admin.add(JANE, "viewer").gives(201);
    let hashing = || stage.server.hashing_threads().iter().sum::<u64>();
    assert!(!stage.server.hashing_threads().is_empty());
    let before = hashing();
    let text = "correct horse battery staple ".repeat(36);
    for number in 0..count(20, 500) {
        must_refuse(&stage.server, &stage, &text, "longer than 1024 bytes");
        let client = stage.server.anonymous().from(&address(number));
        try_to_sign_in(&client, &format!("user{number}@example.com"), &text)
            .refuses(401, "invalid_credential");
        trial.tried(2);
    }
    // One hash takes two ticks.
    assert!(hashing() <= before + 1, "{} ticks of hashing", hashing() - before);
}
