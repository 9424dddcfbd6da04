//! Case after case, each from a seed of its own, which is printed when it fails.

use std::{
    cell::Cell,
    collections::hash_map::RandomState,
    env,
    hash::{BuildHasher as _, Hasher as _},
    ops::RangeInclusive,
    thread,
};

use dqops_users_trust::{count, promise};
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use crate::{
    answer::Asks, directory::Directory, licence::Terms, operation::Step, place::Store,
    serving::Served, strategy,
};

/// The environment that names the seed of the one case to try.
const SEED: &str = "MODEL_SEED";

/// Operations of a case.
const LENGTH: RangeInclusive<usize> = 40..=120;

/// Attempts to find a shorter case that fails as well.
const SHRINKING: u32 = 300;

/// Bytes of the stack on which a case runs.
const STACK: usize = 256 << 20;

pub(crate) fn run(store: Store) {
    let trial = promise("I4", "random operations, each answer as the model's", store.ground());
    if let Ok(seed) = env::var(SEED) {
        let seed = seed.parse().unwrap_or_else(|_| panic!("{SEED} is not a number"));
        trial.tried(case(store, seed));
        return;
    }
    let first = RandomState::new().build_hasher().finish();
    for number in 0..count(3, 450) {
        trial.tried(case(store, first.wrapping_add(number as u64)));
    }
}

/// Tries the case of a seed; answers how many operations it had.
fn case(store: Store, seed: u64) -> usize {
    let config = Config {
        cases: 1,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: SHRINKING,
        ..Config::default()
    };
    let case = move || {
        let done = Cell::new(0);
        let tried = TestRunner::new(config).run(&strategy::life(LENGTH), |(licence, steps)| {
            done.set(live(store, licence, &steps));
            Ok(())
        });
        tried.map_err(|error| told(&error)).map(|()| done.get())
    };
    // Shrinking a long list calls itself for each element.
    let thread = thread::Builder::new().stack_size(STACK).spawn(case).unwrap();
    match thread.join().unwrap() {
        Ok(done) => done,
        Err(told) => panic!("{told}\nto repeat it: {}", repetition(store, seed)),
    }
}

/// Does the steps on the model and on the program, which must agree.
fn live(store: Store, licence: Terms, steps: &[Step]) -> usize {
    let mut model = Directory::new(licence);
    let mut served = Served::new(store, licence);
    let mut done = 0;
    for step in steps {
        model = model.after(step);
        served.exchange(&model.last);
        done += usize::from(!matches!(model.last.asks, Asks::Nothing));
    }
    served.end();
    done
}

fn told(error: &TestError<(Terms, Vec<Step>)>) -> String {
    match error {
        TestError::Fail(reason, (licence, steps)) => {
            let steps: Vec<_> = steps.iter().map(|step| format!("  {step:?}")).collect();
            format!("{reason}\nunder {licence:?}, after\n{}", steps.join("\n"))
        }
        TestError::Abort(reason) => reason.to_string(),
    }
}

fn repetition(store: Store, seed: u64) -> String {
    let name = match store {
        Store::Sqlite => "on_sqlite",
        Store::Postgres => "on_postgres",
    };
    format!("{SEED}={seed} cargo xtask test -p dqops-users --test model {name}")
}
