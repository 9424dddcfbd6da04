//! What the layers count: counters, gauges and histograms.
//!
//! A layer makes its figures in a [`Metrics`] and keeps the handles, which cost an atomic addition;
//! the server shows all of them. Nothing is global, so servers in one process do not mix. Labels take
//! values from fixed sets alone, never anything that a client makes up.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use prometheus::{
    GaugeVec, HistogramOpts, IntCounterVec, Opts, Registry, TextEncoder, core::Collector,
};

pub use prometheus::{Gauge, Histogram, HistogramVec, IntCounter as Counter};

/// What the names of all figures begin with.
const PREFIX: &str = "dqops_users_";

/// Bounds for what takes from a millisecond to the patience of a client.
pub const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// A set of figures; clones share it.
#[derive(Clone, Default)]
pub struct Metrics {
    registry: Registry,
    /// What is read only when somebody asks.
    readings: Arc<Mutex<Vec<Reading>>>,
}

type Reading = Box<dyn Fn() + Send>;

/// The names are fixed in the program, so one that is refused is a defect which the first use shows.
const REFUSED: &str = "a figure has a name of its own, of letters and underscores";

#[expect(clippy::missing_panics_doc, reason = "only a figure whose name is a defect panics")]
impl Metrics {
    /// A set without figures.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A number that only rises.
    #[must_use]
    pub fn counter(&self, name: &str, help: &str) -> Counter {
        self.register(Counter::new(named(name), help).expect(REFUSED))
    }

    /// A number that only rises for each value of a label; all of them are shown from the start.
    #[must_use]
    pub fn counters<const N: usize>(
        &self,
        name: &str,
        help: &str,
        label: &str,
        values: [&str; N],
    ) -> [Counter; N] {
        let all = IntCounterVec::new(Opts::new(named(name), help), &[label]).expect(REFUSED);
        let all = self.register(all);
        values.map(|value| all.with_label_values(&[value]))
    }

    /// A number for each combination of a value of the first label and one of the second.
    #[must_use]
    pub fn counter_table<const R: usize, const C: usize>(
        &self,
        (name, help): (&str, &str),
        (label, values): (&str, [&str; R]),
        (second, others): (&str, [&str; C]),
    ) -> [[Counter; C]; R] {
        let all =
            IntCounterVec::new(Opts::new(named(name), help), &[label, second]).expect(REFUSED);
        let all = self.register(all);
        values.map(|value| others.map(|other| all.with_label_values(&[value, other])))
    }

    /// A number that rises and falls.
    #[must_use]
    pub fn gauge(&self, name: &str, help: &str) -> Gauge {
        self.register(Gauge::new(named(name), help).expect(REFUSED))
    }

    /// A number that rises and falls for each value of a label.
    #[must_use]
    pub fn gauges<const N: usize>(
        &self,
        name: &str,
        help: &str,
        label: &str,
        values: [&str; N],
    ) -> [Gauge; N] {
        let all = GaugeVec::new(Opts::new(named(name), help), &[label]).expect(REFUSED);
        let all = self.register(all);
        values.map(|value| all.with_label_values(&[value]))
    }

    /// What does not change and is no number, as labels of a 1.
    pub fn info<const N: usize>(&self, name: &str, help: &str, labels: [(&str, &str); N]) {
        let names = labels.map(|(label, _)| label);
        let all = GaugeVec::new(Opts::new(named(name), help), &names).expect(REFUSED);
        self.register(all).with_label_values(&labels.map(|(_, value)| value)).set(1.0);
    }

    /// A number that is read when somebody asks for the figures.
    pub fn reading(&self, name: &str, help: &str, read: impl Fn() -> f64 + Send + 'static) {
        let gauge = self.register(Gauge::new(named(name), help).expect(REFUSED));
        self.before_each_text(move || gauge.set(read()));
    }

    /// Work to do before the figures are shown, such as bringing gauges up to date.
    pub fn before_each_text(&self, work: impl Fn() + Send + 'static) {
        self.readings.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(work));
    }

    /// How something is spread, with upper bounds.
    #[must_use]
    pub fn histogram(&self, name: &str, help: &str, bounds: &[f64]) -> Histogram {
        let options = HistogramOpts::new(named(name), help).buckets(bounds.to_vec());
        self.register(Histogram::with_opts(options).expect(REFUSED))
    }

    /// The same for each combination of the labels' values.
    #[must_use]
    pub fn histograms(
        &self,
        name: &str,
        help: &str,
        bounds: &[f64],
        labels: &[&str],
    ) -> HistogramVec {
        let options = HistogramOpts::new(named(name), help).buckets(bounds.to_vec());
        self.register(HistogramVec::new(options, labels).expect(REFUSED))
    }

    /// All figures in the Prometheus text format.
    #[must_use]
    pub fn text(&self) -> String {
        for reading in &*self.readings.lock().unwrap_or_else(PoisonError::into_inner) {
            reading();
        }
        // Into a string; it cannot fail.
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }

    fn register<C: Collector + Clone + 'static>(&self, figure: C) -> C {
        self.registry.register(Box::new(figure.clone())).expect(REFUSED);
        figure
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

fn named(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    #[expect(
        clippy::disallowed_methods,
        reason = "how long something takes is told by the monotonic clock"
    )]
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since then.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn figures_are_shown_with_prefix_help_and_labels() {
        let metrics = Metrics::new();
        metrics.counter("cups_total", "Cups of tea").inc_by(3);
        let [green, _] = metrics.counters("bags_total", "Bags", "kind", ["green", "black"]);
        green.inc();
        metrics.gauge("guests", "Guests").set(-1.0);
        metrics.histogram("steeping_seconds", "How long", &[0.5, 1.0]).observe(0.7);
        let text = metrics.text();
        for line in [
            "# HELP dqops_users_cups_total Cups of tea",
            "# TYPE dqops_users_cups_total counter",
            "dqops_users_cups_total 3",
            "dqops_users_bags_total{kind=\"green\"} 1",
            "dqops_users_bags_total{kind=\"black\"} 0",
            "dqops_users_guests -1",
            "dqops_users_steeping_seconds_bucket{le=\"0.5\"} 0",
            "dqops_users_steeping_seconds_bucket{le=\"1\"} 1",
            "dqops_users_steeping_seconds_bucket{le=\"+Inf\"} 1",
            "dqops_users_steeping_seconds_sum 0.7",
            "dqops_users_steeping_seconds_count 1",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} is not in {text}");
        }
    }

    #[test]
    fn a_reading_is_taken_anew_each_time() {
        let metrics = Metrics::new();
        let level = Arc::new(AtomicU32::new(1));
        let read = Arc::clone(&level);
        metrics.reading("level", "Level", move || read.load(Ordering::Relaxed).into());
        assert!(metrics.text().ends_with("dqops_users_level 1\n"));
        level.store(2, Ordering::Relaxed);
        assert!(metrics.text().ends_with("dqops_users_level 2\n"));
    }

    #[test]
    fn a_table_has_a_counter_for_each_pair() {
        let metrics = Metrics::new();
        let [[_, miss], _] = metrics.counter_table(
            ("cache_total", "Cache"),
            ("cache", ["a", "b"]),
            ("outcome", ["hit", "miss"]),
        );
        miss.inc();
        let text = metrics.text();
        assert!(text.contains("{cache=\"a\",outcome=\"miss\"} 1"), "{text}");
        assert!(text.contains("{cache=\"b\",outcome=\"hit\"} 0"), "{text}");
    }

    #[test]
    fn two_sets_do_not_mix() {
        let (one, other) = (Metrics::new(), Metrics::new());
        one.counter("cups_total", "Cups").inc();
        let _ = other.counter("cups_total", "Cups");
        assert!(other.text().ends_with("dqops_users_cups_total 0\n"));
    }
}
