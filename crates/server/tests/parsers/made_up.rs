//! What is made up for each parser: mostly what is nearly right, and some bytes at random.

use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Strategy, any},
    prop_oneof, sample,
};

use crate::{bytes, directory::DIRECTORY, licence as licences};

type Bytes = BoxedStrategy<Vec<u8>>;

fn noise() -> Bytes {
    vec(any::<u8>(), 0..60).boxed()
}

/// A text with a few of its bytes replaced, taken out or doubled.
fn spoilt(text: String) -> Bytes {
    let change = (any::<sample::Index>(), any::<u8>(), 0..3_u8);
    vec(change, 0..3)
        .prop_map(move |changes| {
            let mut spoilt = text.clone().into_bytes();
            for (place, byte, how) in changes {
                let place = place.index(spoilt.len().max(1));
                match how {
                    _ if place >= spoilt.len() => spoilt.push(byte),
                    0 => spoilt[place] = byte,
                    1 => drop(spoilt.remove(place)),
                    _ => spoilt.insert(place, byte),
                }
            }
            spoilt
        })
        .boxed()
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    sample::select(words).prop_map(str::to_owned)
}

fn joined(
    parts: impl Strategy<Value = String>,
    most: usize,
    with: &'static str,
) -> impl Strategy<Value = String> {
    vec(parts, 0..most).prop_map(move |parts| parts.join(with))
}

pub(crate) fn email() -> Bytes {
    let near =
        "[ \t\u{b}<]{0,3}[a-zA-Z0-9.+'_%/\"ıſK-]{0,20}@{0,2}[a-zA-Z0-9.-]{0,20}[ \r\n>\u{b}]{0,2}";
    prop_oneof![4 => bytes(near), 2 => bytes("\\PC{0,40}@?\\PC{0,40}"), 1 => noise()].boxed()
}

pub(crate) fn licence() -> Bytes {
    let near = "dqul[0-2]\\.[A-Za-z0-9_=+/-]{0,80}(\\.[A-Za-z0-9_-]{80,90}){0,2}";
    prop_oneof![6 => spoilt(licences::valid()), 2 => bytes(near), 1 => noise()].boxed()
}

pub(crate) fn token() -> Bytes {
    let right = [&DIRECTORY.key, &DIRECTORY.session].map(|token| format!("Bearer {token}"));
    let [key, session] = right.map(spoilt);
    let near = "(Bearer|bearer|Basic|)[ \t=]{0,2}dqu_(key|session|setup|link)_[a-z0-9]{0,40}";
    prop_oneof![3 => key, 3 => session, 3 => bytes(near), 1 => noise()].boxed()
}

pub(crate) fn csv() -> Bytes {
    let cell = prop_oneof![
        one_of(&[
            "email",
            "accountRole",
            "dataDomainRoles",
            "a@b.c",
            "viewer",
            "sales=editor;hr=none",
            "",
            "\""
        ]),
        "[a-z@.=;\" ]{0,12}",
        "\"[a-z\n\r\",]{0,12}\"",
    ];
    let lines = joined(joined(cell, 5, ","), 6, "\n");
    let headed = (
        one_of(&[
            "email,accountRole",
            "accountRole,email,dataDomainRoles",
            "\u{feff}email,accountRole",
        ]),
        one_of(&["\n", "\r\n", "\r", "\n\n"]),
        lines,
    )
        .prop_map(|(head, end, lines)| format!("{head}{end}{}", lines.replace('\n', &end)));
    prop_oneof![6 => bytes(headed), 1 => bytes("[\\[{]\"email\":\"[a-z@.]{0,9}\"[}\\]]{0,2}"), 1 => noise()].boxed()
}

/// JSON that is right or nearly so, to some depth.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        one_of(&[
            "null",
            "true",
            "0",
            "-1",
            "1e9",
            "1e999",
            "\"\"",
            "\"viewer\"",
            "\"a@b.c\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "tru",
            "{"
        ]),
        "\"[ -~é]{0,12}\"",
        "-?[0-9]{1,25}(\\.[0-9]{1,3})?",
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let name = one_of(&[
            "\"email\"",
            "\"accountRole\"",
            "\"dataDomainRoles\"",
            "\"name\"",
            "\"days\"",
            "\"neverExpires\"",
            "\"mail\"",
            "\"(default)\"",
            "\"x\"",
        ]);
        let member = (name, inner.clone()).prop_map(|(name, value)| format!("{name}:{value}"));
        prop_oneof![
            3 => joined(member, 4, ",").prop_map(|members| format!("{{{members}}}")),
            1 => joined(inner, 4, ",").prop_map(|items| format!("[{items}]")),
        ]
    })
}

pub(crate) fn body() -> Bytes {
    let deep = (1..3000_usize).prop_map(|depth| "[".repeat(depth));
    let text = prop_oneof![12 => json(), 1 => deep, 1 => "\\PC{0,30}"];
    let chosen = |(first, body): (u8, Vec<u8>)| [vec![first], body].concat();
    (any::<u8>(), prop_oneof![8 => bytes(text), 1 => noise()]).prop_map(chosen).boxed()
}

pub(crate) fn query() -> Bytes {
    let name = one_of(&[
        "user", "limit", "after", "search", "role", "since", "until", "before", "action", "x", "",
    ]);
    let value = prop_oneof![
        one_of(&[
            "*",
            "0",
            "1",
            "1001",
            "99999999999999999999",
            "viewer",
            "admin@example.com",
            "a%40b.c",
            "2026-01-01T00:00:00Z",
            "%00",
            "%ff",
            "%",
            "+",
            "user_created",
            "-262144-01-01T00:00:00Z"
        ]),
        "[a-zA-Z0-9%+&;=._:-]{0,20}",
    ];
    let pair = (name, value).prop_map(|(name, value)| format!("{name}={value}"));
    let chosen = |(first, query): (u8, String)| [vec![first], query.into_bytes()].concat();
    (any::<u8>(), joined(pair, 5, "&")).prop_map(chosen).boxed()
}

pub(crate) fn address() -> Bytes {
    let near = "[/\\\\\t\n]{0,3}(users|login|evil\\.example|@|:|//|\\.\\.|%2f|\\?|#|javascript:|https:){0,5}";
    prop_oneof![5 => bytes(near), 2 => bytes("/\\PC{0,30}"), 1 => noise()].boxed()
}

pub(crate) fn tags() -> Bytes {
    let tag = prop_oneof![
        "(W/)?\"[ul][0-9]{1,3}(-d[0-9]{0,2})?\"",
        one_of(&["*", "\"", "\"\"", "W/", "\"u1\"", "\"u2\"", "u1", "junk"]),
    ];
    prop_oneof![8 => bytes(joined(tag, 4, ", ")), 1 => noise()].boxed()
}

pub(crate) fn forwarded() -> Bytes {
    let entry = prop_oneof![
        one_of(&[
            "192.0.2.1",
            "2001:db8::1",
            "[2001:db8::1]:443",
            "::ffff:10.0.0.1",
            "0.0.0.0",
            "unknown",
            "_hidden",
            "",
            "1.2.3.4:80",
            "1.2.3",
            "999.1.1.1"
        ]),
        "[0-9a-f:.\\[\\]]{0,20}",
    ];
    prop_oneof![8 => bytes(joined(entry, 5, ", ")), 1 => noise()].boxed()
}

pub(crate) fn cookie() -> Bytes {
    let pair = prop_oneof![
        "(__Host-)?dqops_users_session=(dqu_session_)?[a-z0-9]{0,34}",
        one_of(&["=", "", "a=b", "dqops_users_session", "dqops_users_session=", "theme=dark"]),
        "[ -~]{0,20}",
    ];
    prop_oneof![8 => bytes(joined(pair, 4, "; ")), 1 => noise()].boxed()
}
