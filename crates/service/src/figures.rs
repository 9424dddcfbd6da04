//! What the directory counts, and what is asked of it when somebody wants to see the figures.

use std::time::Duration;

use dqops_users_domain::{audit::AuditHead, licence::Standing};
use dqops_users_metrics::{Counter, Gauge, Metrics};
use jiff::Timestamp;

use crate::{Directory, ServiceError, SignedIn};

/// How long the storage may take to answer what the figures need.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often something was remembered, or had to be read.
pub(crate) struct Cached {
    hits: Counter,
    misses: Counter,
}

impl Cached {
    pub(crate) fn hit(&self) {
        self.hits.inc();
    }

    pub(crate) fn miss(&self) {
        self.misses.inc();
    }
}

/// The directory's figures.
pub(crate) struct Figures {
    pub(crate) metrics: Metrics,
    pub(crate) callers: Cached,
    pub(crate) users: Cached,
    sign_ins: SignIns,
    census: Census,
}

/// Attempts to sign in, by their outcome.
struct SignIns {
    succeeded: Counter,
    wrong: Counter,
    throttled: Counter,
    overloaded: Counter,
    failed: Counter,
}

/// What is read when somebody asks.
struct Census {
    storage_up: Gauge,
    users: Gauge,
    seats: Gauge,
    expiry: Gauge,
    valid: Gauge,
    over_seats: Gauge,
    lapsed: Gauge,
    last_entry: Gauge,
}

/// What the storage answers for it.
struct Counted {
    users: u64,
    seats: u64,
    ends_at: Option<Timestamp>,
    standing: Standing,
    head: AuditHead,
}

impl Figures {
    pub(crate) fn new(metrics: Metrics) -> Self {
        let [[callers, missed_callers], [users, missed_users]] = metrics.counter_table(
            (
                "cache_requests_total",
                "How often callers and users were remembered (hit) or read (miss)",
            ),
            ("cache", ["callers", "users"]),
            ("outcome", ["hit", "miss"]),
        );
        Self {
            callers: Cached { hits: callers, misses: missed_callers },
            users: Cached { hits: users, misses: missed_users },
            sign_ins: SignIns::new(&metrics),
            census: Census::new(&metrics),
            metrics,
        }
    }

    /// Counts an attempt to sign in.
    pub(crate) fn count_sign_in(&self, answer: &Result<SignedIn, ServiceError>) {
        let outcomes = &self.sign_ins;
        let outcome = match answer {
            Ok(_) => &outcomes.succeeded,
            Err(ServiceError::SignInRefused) => &outcomes.wrong,
            Err(ServiceError::TooManyAttempts { .. }) => &outcomes.throttled,
            Err(ServiceError::Overloaded) => &outcomes.overloaded,
            Err(_) => &outcomes.failed,
        };
        outcome.inc();
    }
}

impl SignIns {
    fn new(metrics: &Metrics) -> Self {
        let [succeeded, wrong, throttled, overloaded, failed] = metrics.counters(
            "sign_ins_total",
            "Attempts to sign in with a password",
            "outcome",
            ["success", "wrong", "throttled", "overloaded", "failed"],
        );
        Self { succeeded, wrong, throttled, overloaded, failed }
    }
}

impl Census {
    fn new(metrics: &Metrics) -> Self {
        let [valid, over_seats, lapsed] = metrics.gauges(
            "licence_state",
            "How the licence stands: 1 for the state it is in",
            "state",
            ["valid", "over_seats", "lapsed"],
        );
        Self {
            storage_up: metrics.gauge(
                "storage_up",
                "Whether the database answered when these figures were asked for; if not, those on \
                 users, licence and audit trail are older",
            ),
            users: metrics.gauge("users", "Users that there are; each takes a seat"),
            seats: metrics.gauge("licence_seats", "Users that the licence allows"),
            expiry: metrics.gauge(
                "licence_expiry_timestamp_seconds",
                "When the licence ends, in seconds since 1970; +Inf if it does not",
            ),
            last_entry: metrics.gauge(
                "audit_last_entry_number",
                "The number of the last entry of the audit trail, which is how many there are",
            ),
            valid,
            over_seats,
            lapsed,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "figures are floats; these are far below 2^52")]
    fn note(&self, counted: &Counted) {
        self.users.set(counted.users as f64);
        self.seats.set(counted.seats as f64);
        self.expiry.set(counted.ends_at.map_or(f64::INFINITY, |end| end.as_second() as f64));
        self.last_entry.set(counted.head.number as f64);
        for (gauge, state) in [
            (&self.valid, Standing::Valid),
            (&self.over_seats, Standing::OverSeats),
            (&self.lapsed, Standing::Lapsed),
        ] {
            gauge.set(f64::from(u8::from(counted.standing == state)));
        }
    }
}

impl Directory {
    /// What the directory and its storage count, in the Prometheus text format. It holds no name of
    /// anybody. When the storage does not answer, that is one of the figures.
    pub async fn figures(&self) -> String {
        let figures = &self.shared.figures;
        // First, so that what is asked below is not among the busy connections.
        let storage = self.storage.metrics().text();
        // In a task, so that a transaction that is being begun is never abandoned.
        let directory = self.clone();
        let counting = tokio::spawn(async move { directory.count().await });
        let counted = tokio::time::timeout(PATIENCE, counting).await;
        let counted = counted.ok().and_then(Result::ok).and_then(Result::ok);
        if let Some(counted) = &counted {
            figures.census.note(counted);
        }
        figures.census.storage_up.set(f64::from(u8::from(counted.is_some())));
        figures.metrics.text() + &storage
    }

    async fn count(&self) -> Result<Counted, ServiceError> {
        let mut reader = self.storage.read().await?;
        let facts = self.read_facts(&mut *reader).await?;
        let users = reader.count_users().await?;
        let now = self.shared.ambient.now();
        Ok(Counted {
            users,
            seats: facts.licence.seats(),
            ends_at: facts.licence.claims().expires_at,
            standing: facts.licence.standing(users, facts.licence_time(now)),
            head: reader.audit_head().await?,
        })
    }
}
