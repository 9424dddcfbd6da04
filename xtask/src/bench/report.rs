//! What was measured, as a table.

/// One measurement: ours beside its limit, both of the same run.
pub(super) struct Row {
    pub(super) what: String,
    pub(super) ours: String,
    pub(super) limit: String,
    /// Ours as a part of the limit, where more is better; `None` where there is a bound instead.
    pub(super) ratio: Option<f64>,
    pub(super) wanted: String,
    pub(super) holds: bool,
}

impl Row {
    /// A rate beside the rate of its limit.
    pub(super) fn rate(what: String, unit: &str, ours: f64, limit: f64, wanted: f64) -> Self {
        let ratio = ours / limit;
        Self {
            what,
            ours: format!("{ours:.0}{unit}"),
            limit: format!("{limit:.0}{unit}"),
            ratio: Some(ratio),
            wanted: format!("≥ {wanted}"),
            holds: ratio >= wanted,
        }
    }

    /// A rate beside another one, only to be reported.
    pub(super) fn beside(what: String, unit: &str, ours: f64, other: f64) -> Self {
        Self { wanted: "–".to_owned(), holds: true, ..Self::rate(what, unit, ours, other, 0.0) }
    }

    /// A quantity that must stay under a bound.
    pub(super) fn bounded(what: String, unit: &str, ours: f64, bound: f64) -> Self {
        Self {
            what,
            ours: format!("{ours:.1}{unit}"),
            limit: "–".to_owned(),
            ratio: None,
            wanted: format!("≤ {bound}{unit}"),
            holds: ours <= bound,
        }
    }
}

#[derive(Default)]
pub(super) struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a row and shows it at once.
    pub(super) fn add(&mut self, row: Row) {
        eprintln!("{}", line(&row));
        self.rows.push(row);
    }

    /// Prints the table in Markdown, as the README holds it.
    pub(super) fn print(&self) {
        println!("\n| what | dqops-users | its limit | ratio | wanted | |");
        println!("|---|--:|--:|--:|--:|---|");
        for row in &self.rows {
            println!("{}", line(row));
        }
    }
}

fn line(row: &Row) -> String {
    let Row { what, ours, limit, wanted, .. } = row;
    let ratio = row.ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
    let verdict = if row.holds { "✓" } else { "short" };
    format!("| {what} | {ours} | {limit} | {ratio} | {wanted} | {verdict} |")
}

/// The middle of some figures.
pub(super) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
