//! A point in time, as pages show it.

use std::fmt;

use askama::{FastWritable, filters::HtmlSafe};
use jiff::Timestamp;

/// A point in time. It renders itself as a `<time>`: `{{ moment }}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(Timestamp);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whole seconds, cut off as the minute is, so that both tell of the same one.
        let second = Timestamp::from_second(self.0.as_second()).unwrap_or(self.0);
        let minute = self.0.strftime("%Y-%m-%d %H:%M");
        write!(f, r#"<time datetime="{second}">{minute} UTC</time>"#)
    }
}

impl FastWritable for Moment {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        write!(to, "{self}").map_err(askama::Error::from)
    }
}

impl HtmlSafe for Moment {} // digits and marks only

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_utc() {
        let at: Timestamp = "2026-11-24T05:21:59.75Z".parse().unwrap();
        assert_eq!(
            Moment::from(at).to_string(),
            r#"<time datetime="2026-11-24T05:21:59Z">2026-11-24 05:21 UTC</time>"#
        );
    }
}
