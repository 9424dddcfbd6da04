//! Every parser of what comes from outside, by one invariant each: on made-up inputs, and on the
//! corpus that fuzzing keeps. The fuzzers in `fuzz/` try the same invariants.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod bodies;
mod csv;
mod directory;
mod email;
mod headers;
mod licence;
mod made_up;
mod queries;
mod return_url;
mod tokens;

use std::{fs, path::Path};

use dqops_users_trust::{Ground, count, promise};
use proptest::{
    strategy::{BoxedStrategy, Strategy as _},
    test_runner::{Config, TestError, TestRunner},
};

/// A parser: its name, its invariant, what is made up for it, and how often in full.
type Parser = (&'static str, fn(&[u8]), fn() -> BoxedStrategy<Vec<u8>>, usize);

/// In all, a little more than a million cases.
const PARSERS: [Parser; 11] = [
    ("email", email::check, made_up::email, 300_000),
    ("licence", licence::check, made_up::licence, 100_000),
    ("tokens", tokens::check, made_up::token, 100_000),
    ("csv", csv::check, made_up::csv, 100_000),
    ("bodies", bodies::check, made_up::body, 100_000),
    ("queries", queries::check, made_up::query, 100_000),
    ("return_url", return_url::check, made_up::address, 50_000),
    ("if_match", headers::if_match, made_up::tags, 20_000),
    ("if_none_match", headers::if_none_match, made_up::tags, 80_000),
    ("forwarded_for", headers::forwarded_for, made_up::forwarded, 50_000),
    ("cookie", headers::cookie, made_up::cookie, 50_000),
];

#[test]
fn made_up_inputs_break_no_parser() {
    for (name, check, made_up, full) in PARSERS {
        let trial = promise("I4", &format!("generated inputs: {name}"), Ground::None);
        let cases = count(64, full);
        let config = Config {
            cases: u32::try_from(cases).unwrap(),
            failure_persistence: None,
            ..Config::default()
        };
        let tried = TestRunner::new(config).run(&made_up(), |bytes| {
            check(&bytes);
            Ok(())
        });
        if let Err(error) = tried {
            let shown = match &error {
                TestError::Fail(_, bytes) => String::from_utf8_lossy(bytes).into_owned(),
                TestError::Abort(_) => String::new(),
            };
            panic!("{name}: {shown:?}: {error}");
        }
        trial.tried(cases);
    }
}

#[test]
fn the_corpus_of_the_fuzzers_breaks_no_parser() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut replayed = 0;
    for (name, check, ..) in PARSERS {
        for entry in
            fs::read_dir(corpus.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
        {
            check(&fs::read(entry.unwrap().path()).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed >= 50, "only {replayed} files were found in {}", corpus.display());
}

/// What a strategy of texts makes up, as bytes.
fn bytes(
    texts: impl proptest::strategy::Strategy<Value = String> + 'static,
) -> BoxedStrategy<Vec<u8>> {
    texts.prop_map(String::into_bytes).boxed()
}
