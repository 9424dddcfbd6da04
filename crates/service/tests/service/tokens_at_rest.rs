//! T4: tokens are distinct and recognisable, and only their digests are stored.

use std::{
    collections::HashSet,
    fs,
    sync::{Arc, Mutex},
};

use dqops_users_domain::{Role, Token, TokenDigest};
use dqops_users_service::{
    Ambient, Directory, KeyLifetime, NewKey, OsRandomness, Randomness, SystemClock,
};

use futures_util::future::join_all;

use crate::{
    sign_ins::{HOME, attempt},
    stage::{ADMIN, Stage, settings},
    values::{STRONG, email, hex},
};

/// Randomness that remembers what it gave for tokens.
#[derive(Default)]
struct Recorded(Mutex<Vec<Vec<u8>>>);

impl Randomness for Recorded {
    fn fill(&self, buffer: &mut [u8]) {
        OsRandomness.fill(buffer);
        if buffer.len() == Token::RANDOM_BYTES {
            self.0.lock().unwrap().push(buffer.to_vec());
        }
    }
}

fn recorded(stage: &Stage) -> (Directory, Arc<Recorded>) {
    let recorded = Arc::new(Recorded::default());
    let ambient = Ambient::new(Arc::new(SystemClock), Arc::<Recorded>::clone(&recorded));
    (Directory::new(stage.storage.clone(), settings(), ambient), recorded)
}

/// So many bytes of a secret are enough to recognise it: 64 bits as hexadecimal digits.
const ENOUGH: usize = 16;

/// Which of the given are in the files, told by how each begins.
fn found_in_files(stage: &Stage, wanted: &[&[u8]]) -> HashSet<Vec<u8>> {
    let wanted: HashSet<_> = wanted.iter().map(|bytes| &bytes[..ENOUGH]).collect();
    let mut found = HashSet::new();
    for file in stage.files() {
        let bytes = fs::read(file).unwrap();
        let seen = bytes.windows(ENOUGH).filter(|window| wanted.contains(window));
        found.extend(seen.map(<[u8]>::to_vec));
    }
    found
}

/// Asserts that neither the tokens nor the random bytes in them are in the files.
fn assert_not_stored(stage: &Stage, tokens: &[String], random: &Recorded) {
    let random = random.0.lock().unwrap();
    assert_eq!(random.len(), tokens.len());
    assert!(random.iter().all(|bytes| bytes.len() >= 16), "fewer than 128 random bits");
    let digits: Vec<_> = random.iter().map(|bytes| hex(bytes)).collect();
    let mut wanted: Vec<_> = random.iter().map(Vec::as_slice).collect();
    wanted.extend(digits.iter().map(String::as_bytes));
    for token in tokens {
        let (_, random_part) = token.rsplit_once('_').unwrap();
        assert!(random_part.len() >= 22, "128 bits take 22 characters at the least");
        wanted.extend([random_part.as_bytes(), token.as_bytes()]);
    }
    assert_eq!(found_in_files(stage, &wanted), HashSet::new());
}

#[tokio::test]
async fn of_two_hundred_issued_tokens_none_is_in_the_files() {
    let stage = Stage::sqlite().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let (directory, random) = recorded(&stage);
    let mut tokens = Vec::new();
    for _ in 0..200 {
        let lifetime = KeyLifetime::Default;
        let wanted = NewKey { owner: Some(jane.clone()), name: "key".to_owned(), lifetime };
        let issued = directory.issue_api_key(&stage.operator(), wanted).await.unwrap();
        tokens.push(issued.token.expose().to_owned());
    }
    assert!(tokens.iter().all(|token| token.starts_with("dqu_key_")));
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 200, "not distinct");
    // The search finds what is there: the email as text, the digest as bytes.
    let (name, TokenDigest(digest)) = (jane.as_str().as_bytes(), TokenDigest::of(&tokens[199]));
    assert_eq!(found_in_files(&stage, &[name, &digest]).len(), 2);
    assert_not_stored(&stage, &tokens, &random);
}

#[tokio::test]
async fn no_token_of_a_session_is_in_the_files() {
    let stage = Stage::sqlite().await;
    let jane = stage.add_with_password("jane@example.com", Role::Viewer).await;
    let (directory, random) = recorded(&stage);
    let mut tokens = Vec::new();
    for _ in 0..20 {
        let begun = directory.sign_in(attempt(jane.as_str(), STRONG, HOME)).await.unwrap();
        tokens.push(begun.token.expose().to_owned());
    }
    assert!(tokens.iter().all(|token| token.starts_with("dqu_session_")));
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 20, "not distinct");
    let TokenDigest(digest) = TokenDigest::of(&tokens[19]);
    assert_eq!(found_in_files(&stage, &[&digest]).len(), 1);
    assert_not_stored(&stage, &tokens, &random);
}

#[tokio::test]
async fn of_a_thousand_password_links_none_is_in_the_files() {
    let stage = Stage::sqlite().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let (directory, random) = recorded(&stage);
    let operator = stage.operator();
    let mut tokens = Vec::new();
    for _ in 0..20 {
        let made = (0..50).map(|_| directory.issue_password_link(&operator, &jane));
        let made = join_all(made).await.into_iter().map(Result::unwrap);
        tokens.extend(made.map(|issued| issued.token.expose().to_owned()));
    }
    assert!(tokens.iter().all(|token| token.starts_with("dqu_link_")));
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 1000, "not distinct");
    let digests = tokens.iter().map(|token| TokenDigest::of(token).0).collect::<Vec<_>>();
    let digests: Vec<&[u8]> = digests.iter().map(<[u8; 32]>::as_slice).collect();
    assert!(!found_in_files(&stage, &digests).is_empty(), "the search finds nothing");
    assert_not_stored(&stage, &tokens, &random);
}

#[tokio::test]
async fn neither_the_set_up_code_nor_the_key_it_answers_with_is_in_the_files() {
    let stage = Stage::sqlite().await;
    let (directory, random) = recorded(&stage);
    let code = directory.open_setup_code().await.unwrap().unwrap().expose().to_owned();
    assert!(code.starts_with("dqu_setup_"));
    assert_not_stored(&stage, std::slice::from_ref(&code), &random);
    let admin = directory.set_up(&code, email(ADMIN), None).await.unwrap();
    assert_eq!(found_in_files(&stage, &[ADMIN.as_bytes()]).len(), 1);
    assert_not_stored(&stage, &[code, admin.api_key.expose().to_owned()], &random);
}
