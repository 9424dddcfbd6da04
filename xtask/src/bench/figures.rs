//! What was measured.

use std::{fmt, time::Duration};

use super::subject::Store;

/// What is asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Read,
    /// Of users whom nobody read before.
    ReadAnew,
    List,
    Create,
    Update,
    Delete,
    SignIn,
    UsersPage,
    UsersSearch,
}

impl Operation {
    /// Those whose cost is looked at over the number of users.
    pub(super) const BY_SIZE: [Self; 6] =
        [Self::Read, Self::List, Self::Create, Self::Update, Self::Delete, Self::SignIn];

    /// Its name on the command line.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Read | Self::ReadAnew => "read",
            Self::List => "list",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::SignIn => "sign-in",
            Self::UsersPage | Self::UsersSearch => "pages",
        }
    }

    /// What it is, for people.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Read => "Read one user",
            Self::ReadAnew => "Read a user for the first time",
            Self::List => "Read the whole list",
            Self::Create => "Create a user",
            Self::Update => "Change a user's role",
            Self::Delete => "Delete a user",
            Self::SignIn => "Sign in",
            Self::UsersPage => "Users page, at any place in any order",
            Self::UsersSearch => "Users page, a search that finds one",
        }
    }

    /// What it is measured beside.
    pub(super) const fn limit(self) -> &'static str {
        match self {
            Self::Read | Self::ReadAnew | Self::List => "bare server",
            Self::Create | Self::Update | Self::Delete => "engine's commits",
            Self::SignIn => "bare argon2",
            Self::UsersPage | Self::UsersSearch => "REST page",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// One run of load.
pub(super) struct Sample {
    pub(super) elapsed: Duration,
    /// The microseconds of each answer.
    pub(super) times: Vec<u32>,
}

impl Sample {
    #[expect(clippy::cast_precision_loss, reason = "millions fit")]
    pub(super) fn rate(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// The figures of several rounds of load: the middle rate, and times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    pub(super) rate: f64,
    pub(super) p50: f64,
    /// `None` of fewer than a hundred answers.
    pub(super) p99: Option<f64>,
    /// `None` of fewer than a thousand answers.
    pub(super) p999: Option<f64>,
}

impl Figures {
    pub(super) fn of(samples: &[Sample]) -> Self {
        let rates: Vec<_> = samples.iter().map(Sample::rate).collect();
        let mut times: Vec<_> = samples.iter().flat_map(|sample| &sample.times).copied().collect();
        times.sort_unstable();
        let at = |part: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
            #[expect(clippy::cast_precision_loss, reason = "millions fit")]
            let index = (times.len() as f64 * part) as usize;
            let time = times.get(index.min(times.len().saturating_sub(1)));
            f64::from(time.copied().unwrap_or(0)) / 1000.0
        };
        let if_enough = |answers: usize, part| (times.len() >= answers).then(|| at(part));
        let (p99, p999) = (if_enough(100, 0.99), if_enough(1_000, 0.999));
        Self { rate: median(&rates), p50: at(0.5), p99, p999 }
    }
}

/// An operation at a size, and its limit in the same rounds.
pub(super) struct Measurement {
    pub(super) operation: Operation,
    pub(super) store: Store,
    pub(super) users: usize,
    pub(super) clients: usize,
    pub(super) ours: Figures,
    pub(super) limit: Figures,
    /// The middle of the rounds' ratios of the rates.
    pub(super) ratio: f64,
}

impl Measurement {
    pub(super) fn of(
        operation: Operation,
        (store, users, clients): (Store, usize, usize),
        ours: &[Sample],
        limit: &[Sample],
    ) -> Self {
        let ratios = ours.iter().zip(limit).map(|(ours, limit)| ours.rate() / limit.rate());
        let ratio = median(&ratios.collect::<Vec<_>>());
        let (ours, limit) = (Figures::of(ours), Figures::of(limit));
        Self { operation, store, users, clients, ours, limit, ratio }
    }
}

/// What a directory of a size costs beside its operations.
pub(super) struct Footprint {
    pub(super) store: Store,
    pub(super) users: usize,
    pub(super) import_seconds: f64,
    pub(super) start_millis: f64,
    pub(super) idle_mib: f64,
    /// After all operations, and with the whole list in memory.
    pub(super) loaded_mib: Option<f64>,
}

/// All that one run measured.
#[derive(Default)]
pub(super) struct Results {
    pub(super) measurements: Vec<Measurement>,
    pub(super) footprints: Vec<Footprint>,
}

impl Results {
    /// The measurements of an operation with so many clients, by size.
    pub(super) fn by_size(
        &self,
        operation: Operation,
        store: Store,
        clients: Option<usize>,
    ) -> Vec<&Measurement> {
        let mut found: Vec<_> = self
            .measurements
            .iter()
            .filter(|found| found.operation == operation && found.store == store)
            .filter(|found| clients.is_none_or(|clients| found.clients == clients))
            .collect();
        found.sort_by_key(|found| (found.users, found.clients));
        found
    }
}

/// The middle of some figures.
pub(super) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    f64::midpoint(at(sorted.len().saturating_sub(1) / 2), at(sorted.len() / 2))
}
