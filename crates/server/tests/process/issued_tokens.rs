//! T4: tokens are random and recognisable, and the database does not hold them.

use std::collections::HashSet;

use dqops_users_domain::TokenDigest;
use dqops_users_trust::{count, promise};
use serde_json::json;

use crate::{
    client::patiently,
    people::{PASSWORD, add_all_with_password, address, names, side_by_side, try_to_sign_in},
    place::{Store, on_both_stores},
    stage::Stage,
};

on_both_stores!(of_a_thousand_tokens_the_database_holds_only_the_digests);

/// Random bytes of a token.
const RANDOM: usize = 20;

/// A token that was issued, by its parts.
struct Issued {
    whole: String,
    letters: String,
    random: [u8; RANDOM],
}

impl Issued {
    /// Takes it apart: its prefix, and 32 characters of five random bits each.
    fn new(token: &str, prefix: &str) -> Self {
        let letters = token.strip_prefix(prefix).unwrap_or_else(|| panic!("{token} {prefix}"));
        assert_eq!(letters.len(), 32, "{token}");
        let mut random = [0; RANDOM];
        for (place, letter) in letters.bytes().enumerate() {
            let five = match letter {
                b'a'..=b'z' => letter - b'a',
                b'2'..=b'7' => letter - b'2' + 26,
                _ => panic!("{token}"),
            };
            for bit in 0..5 {
                let is_set = five >> (4 - bit) & 1;
                let at = place * 5 + bit;
                random[at / 8] |= is_set << (7 - at % 8);
            }
        }
        Self { whole: token.to_owned(), letters: letters.to_owned(), random }
    }
}

/// Keys, sessions and links, a share of each.
fn issue(stage: &Stage, total: usize) -> Vec<Issued> {
    let (links, sessions) = (total / 4, total / 4);
    let people = names("user", links);
    add_all_with_password(&stage.place, &people, "viewer");
    let mut issued = Vec::new();
    issued.extend(side_by_side(4, links, |number| {
        let path = format!("/api/users/{}/passwordlink", people[number]);
        let made = stage.admin.send("POST", &path, None).unwrap().gives(201).json();
        let link = made["link"].as_str().unwrap().to_owned();
        Issued::new(link.rsplit('/').next().unwrap(), "dqu_link_")
    }));
    issued.extend(side_by_side(4, sessions, |number| {
        let client = stage.server.anonymous().from(&address(number));
        let begun = patiently(|| try_to_sign_in(&client, &people[number], PASSWORD));
        let begun = begun.gives(201).json();
        Issued::new(begun["token"].as_str().unwrap(), "dqu_session_")
    }));
    issued.extend(side_by_side(4, total - links - sessions, |number| {
        let wanted = json!({"name": format!("key {number}")});
        let made = stage.admin.post("/api/keys", &wanted).gives(201).json();
        Issued::new(made["apiKey"].as_str().unwrap(), "dqu_key_")
    }));
    issued
}

/// Each bit is as often set as not: six standard errors are met once in five million.
fn must_be_random(issued: &[Issued]) {
    let mut ones = [0_usize; RANDOM * 8];
    for token in issued {
        for (place, ones) in ones.iter_mut().enumerate() {
            *ones += usize::from(token.random[place / 8] >> (7 - place % 8) & 1);
        }
    }
    let (half, error) = (issued.len() / 2, issued.len().isqrt() / 2 + 1);
    for (place, ones) in ones.into_iter().enumerate() {
        assert!(ones.abs_diff(half) <= 6 * error, "bit {place}: {ones} of {}", issued.len());
    }
    let distinct: HashSet<_> = issued.iter().map(|token| token.random).collect();
    assert_eq!(distinct.len(), issued.len(), "not distinct");
}

/// The beginnings of what is looked for, so long that nothing has one by chance.
const ENOUGH: usize = 12;

/// Which of them are in the dump, told by how each begins.
fn found(dump: &[u8], wanted: impl Iterator<Item = Vec<u8>>) -> usize {
    let wanted: HashSet<_> = wanted.map(|bytes| bytes[..ENOUGH].to_vec()).collect();
    let seen: HashSet<_> = dump.windows(ENOUGH).filter(|window| wanted.contains(*window)).collect();
    seen.len()
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

fn of_a_thousand_tokens_the_database_holds_only_the_digests(store: Store) {
    let trial = promise("T4", "issued tokens", store.ground());
    let stage = Stage::behind_a_proxy(store);
    let issued = issue(&stage, count(100, 1000));
    must_be_random(&issued);
    let dump = stage.place.dump();
    // The search finds what is there.
    let digests = || issued.iter().map(|token| TokenDigest::of(&token.whole).0);
    let digests_found = found(&dump, digests().map(|digest| digest.to_vec()))
        .max(found(&dump, digests().map(|digest| hex(&digest))));
    assert_eq!(digests_found, issued.len(), "the search does not find the digests");
    let forms: [fn(&Issued) -> Vec<u8>; 4] = [
        |token| token.letters.clone().into_bytes(),
        |token| token.letters.to_uppercase().into_bytes(),
        |token| token.random.to_vec(),
        |token| hex(&token.random),
    ];
    for form in forms {
        assert_eq!(found(&dump, issued.iter().map(form)), 0, "tokens are in the database");
    }
    trial.tried(issued.len());
}
