//! The licence in force, and the time by which it is judged.

mod allowances;
mod install;
mod remove;
mod report;

use std::sync::Mutex;

use dqops_users_domain::licence::{Licence, LicenceTokenError, VendorKey};
use dqops_users_storage::DirectoryRecord;
use jiff::{SignedDuration, Timestamp};

pub use allowances::LicenceAllowance;
pub use report::{LicenceOrigin, LicenceReport};

/// How far the clock may be set back before the licence stops believing it.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(24);

/// Verifies licences with the vendor's key.
pub(crate) struct Licensing {
    vendor_key: VendorKey,
    /// The token that was verified last, so that none is verified within a mutation twice.
    verified: Mutex<Option<(String, Licence)>>,
}

impl Licensing {
    pub(crate) const fn new(vendor_key: VendorKey) -> Self {
        Self { vendor_key, verified: Mutex::new(None) }
    }

    pub(crate) fn verify(&self, token: &str) -> Result<Licence, LicenceTokenError> {
        self.vendor_key.verify(token)
    }

    /// The licence in force: the one installed, else the evaluation since the first start.
    pub(crate) fn licence_of(&self, record: &DirectoryRecord, now: Timestamp) -> Licence {
        let evaluation = || {
            let started_at = record.started_at.unwrap_or(now);
            // What was started by a clock far ahead would else never end.
            let is_in_future = started_at.duration_since(now) > CLOCK_TOLERANCE;
            Licence::evaluation(if is_in_future { Timestamp::UNIX_EPOCH } else { started_at })
        };
        let Some(token) = &record.licence else { return evaluation() };
        let mut verified = self.verified.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((known, licence)) = &*verified
            && known == token
        {
            return licence.clone();
        }
        match self.verify(token) {
            Ok(licence) => {
                *verified = Some((token.clone(), licence.clone()));
                licence
            }
            Err(reason) => {
                tracing::warn!(%reason, "the installed licence does not count; the evaluation is in force");
                evaluation()
            }
        }
    }
}

/// The time by which the licence is judged: now, unless the clock was set back by more than a day.
pub(crate) fn trusted_time(record: &DirectoryRecord, now: Timestamp) -> Timestamp {
    if is_clock_set_back(record, now) { record.latest_time } else { now }
}

pub(crate) fn is_clock_set_back(record: &DirectoryRecord, now: Timestamp) -> bool {
    record.latest_time.duration_since(now) > CLOCK_TOLERANCE
}
