//! The vendor's licence: what it says, whether it still holds, and what it permits.

mod permit;
mod token;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use permit::{
    AddDataDomain, ChangeRoles, CreatePermit, CreateUser, DataDomainPermit, DeletePermit,
    DeleteUser, Feature, LicenceRefusal, RecoverAdmin, RolesPermit,
};
pub use token::{LicenceTokenError, VendorKey, sign};

/// The vendor's licence types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LicenceType {
    /// One user.
    Free,
    /// One user, paid.
    Personal,
    /// Many users, up to the seats.
    Team,
    /// Many users and data domains.
    Enterprise,
}

impl LicenceType {
    /// The vendor's name of the type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "FREE",
            Self::Personal => "PERSONAL",
            Self::Team => "TEAM",
            Self::Enterprise => "ENTERPRISE",
        }
    }

    /// Whether the type is for several users.
    #[must_use]
    pub const fn is_multi_user(self) -> bool {
        matches!(self, Self::Team | Self::Enterprise)
    }
}

impl fmt::Display for LicenceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Limits that the vendor sells beside the seats, by their keys in DQOps. A missing one means
/// unlimited. Of these the directory enforces `data_domains`; DQOps enforces or shows the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Limits {
    #[serde(rename = "cl", default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<u32>,
    #[serde(rename = "ml", default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    #[serde(rename = "tcl", default, skip_serializing_if = "Option::is_none")]
    pub connection_tables: Option<u32>,
    #[serde(rename = "tl", default, skip_serializing_if = "Option::is_none")]
    pub tables: Option<u32>,
    #[serde(rename = "jl", default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<u32>,
    #[serde(rename = "dl", default, skip_serializing_if = "Option::is_none")]
    pub data_domains: Option<u32>,
}

/// What the vendor states and signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LicenceClaims {
    /// The licence's identity, for the vendor's support.
    pub id: Uuid,
    /// The type.
    #[serde(rename = "type")]
    pub licence_type: LicenceType,
    /// How many users there may be; FREE and PERSONAL have one whatever stands here.
    pub seats: u32,
    /// When the vendor issued it. Of two licences the one issued later counts.
    pub issued_at: Timestamp,
    /// From when on it has lapsed; a missing one never lapses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// To whom it is issued.
    pub customer: String,
    /// Further limits.
    #[serde(default)]
    pub limits: Limits,
}

/// A licence that is in force: one whose signature was verified, or the evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    claims: LicenceClaims,
    is_evaluation: bool,
}

/// How a licence stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In force.
    Valid,
    /// In force, with more users than seats.
    OverSeats,
    /// Past its expiry.
    Lapsed,
}

impl Standing {
    /// The name in messages and in `licence show`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::OverSeats => "over its seats",
            Self::Lapsed => "lapsed",
        }
    }
}

impl Licence {
    /// Seats of the evaluation.
    pub const EVALUATION_SEATS: u32 = 5;

    /// Days that the evaluation lasts from the first start.
    pub const EVALUATION_DAYS: i64 = 30;

    /// The evaluation that a new installation runs without a licence: TEAM, for a while.
    #[must_use]
    pub fn evaluation(started_at: Timestamp) -> Self {
        let length = SignedDuration::from_hours(24 * Self::EVALUATION_DAYS);
        Self {
            claims: LicenceClaims {
                id: Uuid::nil(),
                licence_type: LicenceType::Team,
                seats: Self::EVALUATION_SEATS,
                issued_at: started_at,
                expires_at: Some(started_at.saturating_add(length).unwrap_or(Timestamp::MAX)),
                customer: "evaluation".to_owned(),
                limits: Limits::default(),
            },
            is_evaluation: true,
        }
    }

    /// What the vendor stated.
    #[must_use]
    pub const fn claims(&self) -> &LicenceClaims {
        &self.claims
    }

    /// Whether this is the evaluation rather than a licence that the vendor signed.
    #[must_use]
    pub const fn is_evaluation(&self) -> bool {
        self.is_evaluation
    }

    /// How many users there may be.
    #[must_use]
    pub const fn seats(&self) -> u64 {
        if self.claims.licence_type.is_multi_user() { self.claims.seats as u64 } else { 1 }
    }

    /// Whether users can have roles in data domains. It stays so when the licence lapses, so that
    /// those roles can still be seen and taken away.
    #[must_use]
    pub const fn has_data_domains(&self) -> bool {
        matches!(self.claims.licence_type, LicenceType::Enterprise)
    }

    /// Whether the licence has lapsed at `now`.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.claims.expires_at.is_some_and(|end| now >= end)
    }

    /// How the licence stands at `now` with `users` in the directory.
    #[must_use]
    pub fn standing(&self, users: u64, now: Timestamp) -> Standing {
        if self.has_lapsed(now) {
            Standing::Lapsed
        } else if users > self.seats() {
            Standing::OverSeats
        } else {
            Standing::Valid
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_evaluation_is_a_team_licence_for_thirty_days() {
        let licence = Licence::evaluation(at("2026-01-01T00:00:00Z"));
        assert!(licence.is_evaluation());
        assert_eq!(licence.claims().licence_type, LicenceType::Team);
        assert_eq!(licence.seats(), 5);
        assert_eq!(licence.standing(5, at("2026-01-30T23:59:59Z")), Standing::Valid);
        assert_eq!(licence.standing(6, at("2026-01-30T23:59:59Z")), Standing::OverSeats);
        assert_eq!(licence.standing(1, at("2026-01-31T00:00:00Z")), Standing::Lapsed);
        assert!(!licence.has_data_domains());
    }

    #[test]
    fn an_evaluation_at_the_end_of_time_does_not_overflow() {
        let licence = Licence::evaluation(Timestamp::MAX);
        assert_eq!(licence.claims().expires_at, Some(Timestamp::MAX));
    }
}
