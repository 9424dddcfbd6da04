//! I1: spellings of one email, and emails that look like another: each is the same user, another one,
//! or refused; none opens what is somebody else's.

use dqops_users_trust::{count, is_full, promise};
use serde_json::{Value, json};

use crate::{
    client::{Client, encoded},
    insider::Insider,
    place::{Store, on_both_stores},
    server::{ADMIN, Server},
    stage::Stage,
    vendor,
};

on_both_stores!(no_spelling_of_an_email_is_a_second_user_or_opens_anothers_account);

/// What a spelling is to the email that it resembles.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kin {
    Same,
    Another,
    Refused,
}
use Kin::{Another, Refused, Same};

/// They hold all letters that the spellings turn on.
const EMAILS: &[&str] = &[
    "kim.strasse@example.com",
    "kristoffer.weiss@mail.example.com",
    "k.issel@example.com",
    "elke.weiss+dq@example.com",
    "mike.passer@sub.example.org",
    "nick_esser@example.net",
    "kai-russe@example.com",
    "erik.kessler@xn--exmple-cua.com",
    "o'kessie@example.com",
    "kelvin.dresser@example.com",
    "irske.fossil@example.co.uk",
    "ssk.ie@localhost",
    "kirsten.ossia@e.example.com",
    "k1rsten.essi@example.com",
    "misske@example.com",
    "kiss@example.com",
];

type Spell = fn(&str) -> String;

/// What is done to an email, and what comes of it.
const SPELLINGS: &[(&str, Kin, Spell)] = &[
    ("upper case", Same, |email| email.to_ascii_uppercase()),
    ("upper case in the host", Same, |email| {
        let (name, host) = email.split_once('@').unwrap();
        format!("{name}@{}", host.to_ascii_uppercase())
    }),
    ("mixed case", Same, |email| {
        let mixed = email.chars().enumerate();
        mixed.map(|(at, c)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c }).collect()
    }),
    ("blanks around", Same, |email| format!("  {email}\t")),
    ("a line end", Same, |email| format!("{email}\r\n")),
    ("dotless i", Refused, |email| email.replacen('i', "\u{131}", 1)),
    ("dotted capital I", Refused, |email| email.replacen('i', "\u{130}", 1)),
    ("Kelvin sign", Refused, |email| email.replacen('k', "\u{212a}", 1)),
    ("long s", Refused, |email| email.replacen('s', "\u{17f}", 1)),
    ("sharp s", Refused, |email| email.replacen("ss", "\u{df}", 1)),
    ("capital sharp s", Refused, |email| email.replacen("ss", "\u{1e9e}", 1)),
    ("composed", Refused, |email| email.replacen(['e', 'i'], "\u{e9}", 1)),
    ("decomposed", Refused, |email| email.replacen(['e', 'i'], "e\u{301}", 1)),
    ("a combining mark", Refused, |email| email.replacen('@', "\u{307}@", 1)),
    ("zero-width space", Refused, |email| email.replacen('s', "s\u{200b}", 1)),
    ("zero-width joiner", Refused, |email| email.replacen('@', "\u{200d}@", 1)),
    ("zero-width non-joiner", Refused, |email| email.replacen('@', "@\u{200c}", 1)),
    ("byte order mark", Refused, |email| format!("\u{feff}{email}")),
    ("soft hyphen", Refused, |email| email.replacen('i', "i\u{ad}", 1)),
    ("right-to-left override", Refused, |email| format!("\u{202e}{email}")),
    ("no-break space", Refused, |email| format!("{email}\u{a0}")),
    ("Cyrillic e", Refused, |email| email.replacen('e', "\u{435}", 1).replacen('s', "\u{455}", 1)),
    ("Greek iota and kappa", Refused, |email| {
        email.replacen('k', "\u{3ba}", 1).replacen('i', "\u{3b9}", 1)
    }),
    ("full width", Refused, |email| email.replacen('k', "\u{ff4b}", 1)),
    ("full-width at sign", Refused, |email| email.replacen('@', "\u{ff20}", 1)),
    ("ideographic full stop", Refused, |email| format!("{email}\u{3002}com")),
    ("mathematical letters", Refused, |email| email.replacen('s', "\u{1d42c}", 1)),
    ("a quoted name", Refused, |email| {
        let (name, host) = email.split_once('@').unwrap();
        format!("\"{name}\"@{host}")
    }),
    ("a comment", Refused, |email| email.replacen('@', "(x)@", 1)),
    ("a final dot", Refused, |email| format!("{email}.")),
    ("angle brackets", Refused, |email| format!("<{email}>")),
    ("percent signs", Refused, |email| email.replacen('@', "%40", 1)),
    ("a NUL", Refused, |email| format!("{email}\0")),
    ("a second email", Refused, |email| format!("{email},{ADMIN}")),
    ("punycode in the host", Another, |email| {
        let (name, host) = email.split_once('@').unwrap();
        format!("{name}@xn--{}-4ve.{host}", host.split('.').next().unwrap().replace('-', ""))
    }),
    ("punycode in the name", Another, |email| format!("xn--{email}")),
    ("a look-alike of ASCII", Another, |email| email.replacen('i', "l", 1)),
    ("another look-alike of ASCII", Another, |email| email.replacen('s', "5", 1)),
    ("a dot more", Another, |email| email.replacen('s', "s.s", 1)),
    ("a tag", Another, |email| email.replacen('@', "+1@", 1)),
    ("another host", Another, |email| format!("{email}.example")),
];

fn password_of(number: usize) -> String {
    format!("purple turtle {number} likes quiet rivers")
}

/// A caller who signs in from another address each time, so that no attempt waits for another.
struct Attempts<'s>(&'s Server, u32);

impl Attempts<'_> {
    /// Answers as whom one is signed in, if one is.
    fn sign_in(&mut self, email: &str, password: &str) -> Option<String> {
        self.1 += 1;
        let [.., b, c, d] = self.1.to_be_bytes();
        let client = self.0.anonymous().with("X-Forwarded-For", &format!("10.{b}.{c}.{d}"));
        let reply =
            client.insist("POST", "/api/session", &json!({"email": email, "password": password}));
        if reply.status != 201 {
            reply.refuses(401, "invalid_credential");
            return None;
        }
        let user = reply.json()["user"].take();
        Some(user.as_str().unwrap().to_owned())
    }
}

/// The emails to try: all, or a few.
fn emails() -> &'static [&'static str] {
    &EMAILS[..count(4, EMAILS.len())]
}

/// The pairs to try: each email in each spelling, or one of each spelling.
fn pairs() -> Vec<(usize, &'static (&'static str, Kin, Spell))> {
    let mut pairs = Vec::new();
    for (at, spelling) in SPELLINGS.iter().enumerate() {
        let numbers = 0..emails().len();
        let wanted = numbers.filter(|number| is_full() || *number == at % emails().len());
        pairs.extend(wanted.map(|number| (number, spelling)));
    }
    pairs
}

fn set_password(admin: &Client, email: &str, password: &str) {
    admin.insist("PUT", &format!("/api/users/{email}/password"), &json!(password)).gives(204);
}

fn no_spelling_of_an_email_is_a_second_user_or_opens_anothers_account(store: Store) {
    let trial = promise("I1", "look-alikes of emails", store.ground());
    let mut stage = Stage::with_licence(store, &vendor::team(1000));
    drop(stage.server.stop());
    stage.server = stage.place.server().args(&["--trusted-proxy", "127.0.0.1"]).start();
    stage.admin = stage.admin.at(stage.server.address());
    for (number, email) in emails().iter().enumerate() {
        stage.admin.add(email, "viewer").gives(201);
        set_password(&stage.admin, email, &password_of(number));
    }
    let insider = Insider::at(&stage.place);
    let expected = insider.emails();
    let mut attempts = Attempts(&stage.server, 0);
    let pairs = pairs();
    assert!(!is_full() || pairs.len() >= 500, "{}", pairs.len());
    for (number, (what, kin, spell)) in pairs {
        let spelled = spell(EMAILS[number]);
        let case = format!("{what}: {spelled:?}");
        assert_ne!(spelled, EMAILS[number], "{case}");
        judge(&stage, &mut attempts, number, *kin, &spelled);
        assert_eq!(insider.emails(), expected, "{case}");
        trial.tried(1);
    }
    let new_id = ("randomblob(16)", "gen_random_uuid()");
    let copy = |id: &str| {
        format!(
            "INSERT INTO users (email, id, account_role, created_at, version) \
             SELECT email, {id}, 'admin', 0, 1 FROM users WHERE email = '{ADMIN}'"
        )
    };
    let refused = stage.place.try_raw_either(&copy(new_id.0), &copy(new_id.1)).unwrap_err();
    assert!(refused.to_lowercase().contains("unique"), "{refused}");
}

fn judge(stage: &Stage, attempts: &mut Attempts<'_>, number: usize, kin: Kin, spelled: &str) {
    let (email, password) = (EMAILS[number], password_of(number));
    let reply = stage.admin.add(spelled, "admin");
    let signed_in = attempts.sign_in(spelled, &password);
    match kin {
        Same => {
            reply.refuses(409, "user_exists");
            assert_eq!(signed_in.as_deref(), Some(email), "{spelled:?}");
            let found = stage.admin.get(&format!("/api/users/{}", encoded(spelled))).gives(200);
            assert_eq!(found.json()["email"], email);
        }
        Refused => {
            reply.refuses(400, "invalid_field");
            assert_eq!(signed_in, None, "{spelled:?}");
            let found = stage.admin.get(&format!("/api/users/{}", encoded(spelled)));
            found.refuses(400, "invalid_field");
        }
        Another => {
            reply.gives(201);
            assert_eq!(signed_in, None, "{spelled:?}");
            let own = "green lizards hate loud rivers";
            set_password(&stage.admin, spelled, own);
            assert_eq!(attempts.sign_in(spelled, own).as_deref(), Some(spelled));
            assert_eq!(attempts.sign_in(email, own), None, "{spelled:?} opens {email}");
            let listed: Value = stage.admin.get(&format!("/api/users/{email}")).gives(200).json();
            assert_eq!(listed["accountRole"], "viewer");
            stage.admin.delete(&format!("/api/users/{spelled}")).gives(204);
        }
    }
}
