//! The plot: for each operation a small one of its cost over the number of users. Its colours can be
//! read on white and on black, because a picture in a README does not know which it stands on.

use std::fmt::Write as _;

use super::{
    figures::{Measurement, Operation, Results},
    subject::Store,
};

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 250.0;

/// Where the axes stand within a small plot.
const LEFT: f64 = 58.0;
const RIGHT: f64 = 304.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 208.0;

const TEXT: &str = "#7d8590";

const fn colour(store: Store) -> &'static str {
    match store {
        Store::Sqlite => "#2f81f7",
        Store::Postgres => "#d9730d",
    }
}

/// Six small plots and what their lines are.
pub(super) fn draw(results: &Results) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"{TEXT}\">\n\
         <title>Cost of each operation over the number of users</title>\n",
        3.0 * WIDTH,
        2.0 * HEIGHT + 30.0
    );
    for (place, operation) in Operation::BY_SIZE.into_iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "there are six")]
        let (x, y) = ((place % 3) as f64 * WIDTH, (place / 3) as f64 * HEIGHT);
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        small(&mut svg, results, operation);
        svg.push_str("</g>\n");
    }
    legend(&mut svg);
    svg.push_str("</svg>\n");
    svg
}

fn small(svg: &mut String, results: &Results, operation: Operation) {
    let lines = Store::ALL.map(|store| {
        let clients = match operation {
            Operation::Create | Operation::Update | Operation::Delete => Some(1),
            _ => None,
        };
        (store, results.by_size(operation, store, clients))
    });
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"22\" font-size=\"14\" font-weight=\"bold\">{operation}</text>"
    );
    let all = || lines.iter().flat_map(|(_, line)| line);
    let lowest = all().map(|found| found.ours.p50).fold(f64::INFINITY, f64::min);
    let highest = all().map(|found| found.ours.p99.unwrap_or(found.ours.p50));
    let highest = highest.fold(0.0, f64::max);
    if highest <= 0.0 {
        return;
    }
    // Whole decades, and at least one.
    let bottom = lowest.max(1e-3).log10().floor();
    let top = highest.log10().ceil().max(bottom + 1.0);
    let y = |millis: f64| {
        BOTTOM - (millis.max(1e-3).log10() - bottom) / (top - bottom) * (BOTTOM - TOP)
    };
    let mut decade = bottom;
    while decade <= top {
        let (at, label) = (y(10_f64.powf(decade)), 10_f64.powf(decade));
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {at:.1}H{RIGHT}\" stroke=\"{TEXT}\" stroke-opacity=\"0.35\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label} ms</text>",
            LEFT - 6.0,
            at + 4.0
        );
        decade += 1.0;
    }
    for (users, label) in [(1e3, "1k"), (1e4, "10k"), (1e5, "100k"), (1e6, "1M users")] {
        let at = x(users);
        let anchor = if label.len() > 4 { "end" } else { "middle" };
        let shift = if label.len() > 4 { 12.0 } else { 0.0 };
        let _ = writeln!(
            svg,
            "<path d=\"M{at:.1} {TOP}V{BOTTOM}\" stroke=\"{TEXT}\" stroke-opacity=\"0.15\"/>\
             <text x=\"{:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{label}</text>",
            at + shift,
            BOTTOM + 18.0
        );
    }
    for (store, line) in &lines {
        curve(svg, *store, line, "", |found| Some(y(found.ours.p50)));
        curve(svg, *store, line, " stroke-dasharray=\"5 4\"", |found| found.ours.p99.map(&y));
    }
}

#[expect(clippy::cast_precision_loss, reason = "millions fit")]
fn curve(
    svg: &mut String,
    store: Store,
    line: &[&Measurement],
    dashes: &str,
    y: impl Fn(&Measurement) -> Option<f64>,
) {
    let point = |found: &&Measurement| Some((x(found.users as f64), y(found)?));
    let points: Vec<_> = line.iter().filter_map(point).collect();
    let path: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let colour = colour(store);
    let _ = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>",
        path.join(" ")
    );
    for (x, y) in points {
        let _ = writeln!(svg, "{}", mark(store, x, y));
    }
}

/// A circle or a square, so that the lines differ without colours as well.
fn mark(store: Store, x: f64, y: f64) -> String {
    let colour = colour(store);
    match store {
        Store::Sqlite => {
            format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>")
        }
        Store::Postgres => {
            let (x, y) = (x - 3.5, y - 3.5);
            format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"7\" height=\"7\" fill=\"{colour}\"/>")
        }
    }
}

/// Numbers of users on a logarithmic axis from a thousand to a million.
fn x(users: f64) -> f64 {
    LEFT + (users.log10() - 3.0) / 3.0 * (RIGHT - LEFT)
}

fn legend(svg: &mut String) {
    let y = 2.0 * HEIGHT + 12.0;
    let mut at = LEFT;
    for store in Store::ALL {
        for (name, dashes) in [("median", ""), ("99th percentile", " stroke-dasharray=\"5 4\"")] {
            let _ = writeln!(
                svg,
                "<path d=\"M{at} {y}h36\" stroke=\"{}\" stroke-width=\"2\"{dashes}/>{}\
                 <text x=\"{}\" y=\"{}\">{}, {name}</text>",
                colour(store),
                mark(store, at + 18.0, y),
                at + 44.0,
                y + 4.0,
                store.title()
            );
            at += 215.0;
        }
    }
}
