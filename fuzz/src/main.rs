//! The fuzzer of one parser, which the environment names: the invariants are those of the tests.
#![no_main]

#[cfg(feature = "handlers")]
#[path = "../../crates/server/tests/parsers/bodies.rs"]
mod bodies;
#[cfg(feature = "handlers")]
#[path = "../../crates/server/tests/parsers/csv.rs"]
mod csv;
#[cfg(feature = "handlers")]
#[path = "../../crates/server/tests/parsers/directory.rs"]
mod directory;
#[path = "../../crates/server/tests/parsers/email.rs"]
mod email;
#[cfg(feature = "handlers")]
#[path = "../../crates/server/tests/parsers/headers.rs"]
mod headers;
#[path = "../../crates/server/tests/parsers/licence.rs"]
mod licence;
#[cfg(feature = "handlers")]
#[path = "../../crates/server/tests/parsers/queries.rs"]
mod queries;
#[cfg(feature = "handlers")]
#[path = "../../crates/server/tests/parsers/return_url.rs"]
mod return_url;
#[cfg(feature = "handlers")]
#[path = "../../crates/server/tests/parsers/tokens.rs"]
mod tokens;

use std::{env, sync::LazyLock};

use libfuzzer_sys::fuzz_target;

/// The environment that names the parser.
const PARSER: &str = "FUZZ_PARSER";

static CHECK: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = env::var(PARSER).unwrap_or_default();
    check_of(&name).unwrap_or_else(|| panic!("{PARSER}={name} names no parser of this build"))
});

#[cfg(feature = "handlers")]
fn check_of(name: &str) -> Option<fn(&[u8])> {
    Some(match name {
        "email" => email::check,
        "licence" => licence::check,
        "tokens" => tokens::check,
        "csv" => csv::check,
        "bodies" => bodies::check,
        "queries" => queries::check,
        "return_url" => return_url::check,
        "if_match" => headers::if_match,
        "if_none_match" => headers::if_none_match,
        "forwarded_for" => headers::forwarded_for,
        "cookie" => headers::cookie,
        _ => return None,
    })
}

#[cfg(not(feature = "handlers"))]
fn check_of(name: &str) -> Option<fn(&[u8])> {
    Some(match name {
        "email" => email::check,
        "licence" => licence::check,
        _ => return None,
    })
}

fuzz_target!(|bytes: &[u8]| CHECK(bytes));
