//! One model of the directory, held against the program: random operations over HTTP on both stores,
//! every answer compared.
#![expect(clippy::unwrap_used, reason = "these are tests")]

#[expect(dead_code, reason = "shared with the tests of the process, which use more of it")]
#[path = "../process/client.rs"]
mod client;
#[expect(dead_code, reason = "shared with the tests of the process, which use more of it")]
#[path = "../process/place.rs"]
mod place;
#[expect(dead_code, reason = "shared with the tests of the process, which use more of it")]
#[path = "../process/program.rs"]
mod program;
#[expect(dead_code, reason = "shared with the tests of the process, which use more of it")]
#[path = "../process/server.rs"]
mod server;
#[expect(dead_code, reason = "shared with the tests of the process, which use more of it")]
#[path = "../process/stage.rs"]
mod stage;
#[expect(dead_code, reason = "shared with the tests of the process, which use more of it")]
#[path = "../process/time.rs"]
mod time;
#[expect(dead_code, reason = "shared with the tests of the process, which use more of it")]
#[path = "../process/vendor.rs"]
mod vendor;

mod answer;
mod compare;
mod credentials;
mod directory;
mod licence;
mod operation;
mod passwords;
mod run;
mod serving;
mod strategy;
mod users;

use place::{Store, on_both_stores};

on_both_stores!(the_program_answers_as_the_model);

fn the_program_answers_as_the_model(store: Store) {
    run::run(store);
}
