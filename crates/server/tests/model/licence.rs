//! The model's licence: what it allows, by the table of states of the contract.

use crate::{
    answer::{Refusal, refuse},
    vendor,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Free,
    Team,
    Enterprise,
}

/// What a licence says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) kind: Kind,
    pub(crate) seats: usize,
    pub(crate) has_lapsed: bool,
}

const REQUIRED: Refusal = refuse(403, "licence_required");
const EXPIRED: Refusal = refuse(403, "licence_expired");
const NO_SEAT: Refusal = refuse(400, "user_limit_reached");

impl Terms {
    pub(crate) const fn kind(self) -> &'static str {
        match self.kind {
            Kind::Free => "FREE",
            Kind::Team => "TEAM",
            Kind::Enterprise => "ENTERPRISE",
        }
    }

    pub(crate) fn has_domains(self) -> bool {
        self.kind == Kind::Enterprise
    }

    pub(crate) fn seats(self) -> usize {
        if self.kind == Kind::Free { 1 } else { self.seats }
    }

    /// Whether one more user may be added to so many.
    pub(crate) fn allows_one_more(self, users: usize) -> Result<(), Refusal> {
        self.allows_more_rights()?;
        if users < self.seats { Ok(()) } else { Err(NO_SEAT) }
    }

    pub(crate) fn allows_more_rights(self) -> Result<(), Refusal> {
        match self.kind {
            Kind::Free => Err(REQUIRED),
            _ if self.has_lapsed => Err(EXPIRED),
            _ => Ok(()),
        }
    }

    /// Whether rights and users may be taken away, of so many users.
    pub(crate) fn allows_less(self, users: usize) -> Result<(), Refusal> {
        if self.kind == Kind::Free && users <= 1 { Err(REQUIRED) } else { Ok(()) }
    }

    pub(crate) fn allows_domain_roles(self) -> Result<(), Refusal> {
        if self.has_domains() { Ok(()) } else { Err(REQUIRED) }
    }

    pub(crate) fn allows_more_domains(self) -> bool {
        self.has_domains() && !self.has_lapsed
    }

    /// The token; each that is issued later has a higher number.
    pub(crate) fn sign(self, number: u32) -> String {
        let issued = format!(
            "2026-01-{:02}T{:02}:{:02}:00Z",
            1 + number / 1440,
            number / 60 % 24,
            number % 60
        );
        vendor::sign_terms(&vendor::Terms {
            kind: self.kind(),
            seats: u32::try_from(self.seats).unwrap(),
            issued: &issued,
            expires: self.has_lapsed.then_some("2026-02-01T00:00:00Z"),
            ..vendor::Terms::default()
        })
    }
}
