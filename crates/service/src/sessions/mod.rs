//! Sessions: signing in with email and password, and out again.

mod end;
mod list;
mod sign_in;
mod throttle;

use jiff::SignedDuration;

pub use list::OwnedSession;
pub use sign_in::{SignIn, SignedIn};
pub(crate) use throttle::Throttle;

/// How long sessions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// How long a session may lie idle.
    pub idle: SignedDuration,
    /// How long it holds at the most, however busy it is.
    pub length: SignedDuration,
}

impl Default for SessionLimits {
    /// An hour idle, half a day in all.
    fn default() -> Self {
        Self { idle: SignedDuration::from_hours(1), length: SignedDuration::from_hours(12) }
    }
}
