//! What a storage counts of the connections that its readers share.

use dqops_users_metrics::Metrics;

/// Shows how many connections there are, and how many of them nobody uses.
pub fn show(metrics: &Metrics, count: impl Fn() -> (u32, usize) + Send + 'static) {
    let [busy, idle] = metrics.gauges(
        "reader_connections",
        "Connections to the database that readers share",
        "state",
        ["busy", "idle"],
    );
    metrics.before_each_text(move || {
        let (all, unused) = count();
        let unused = u32::try_from(unused).unwrap_or(u32::MAX).min(all);
        busy.set((all - unused).into());
        idle.set(unused.into());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_idle_is_busy() {
        let metrics = Metrics::new();
        show(&metrics, || (6, 4));
        let text = metrics.text();
        assert!(text.contains("connections{state=\"busy\"} 2\n"), "{text}");
        assert!(text.contains("connections{state=\"idle\"} 4\n"), "{text}");
    }
}
