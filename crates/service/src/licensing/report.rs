//! How the licence stands, for whoever asks.

use dqops_users_domain::{
    Permission,
    licence::{LicenceClaims, Standing},
};

use super::is_clock_set_back;
use crate::{Caller, Directory, ServiceError};

/// Where the licence in force comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceOrigin {
    /// It was installed.
    Installed,
    /// None is installed: the evaluation since the first start.
    Evaluation,
}

/// How the licence stands.
#[derive(Clone, Debug)]
pub struct LicenceReport {
    /// Where it comes from.
    pub origin: LicenceOrigin,
    /// What it says.
    pub claims: LicenceClaims,
    /// Users that it allows.
    pub seats: u64,
    /// Users that there are.
    pub users: u64,
    /// How it stands now.
    pub standing: Standing,
    /// Whether the clock was set back, so that the latest known time counts instead.
    pub is_clock_set_back: bool,
}

impl Directory {
    /// How the licence stands now.
    ///
    /// # Errors
    /// [`ServiceError::PermissionDenied`] to those who may not see.
    pub async fn licence_report(&self, caller: &Caller) -> Result<LicenceReport, ServiceError> {
        let (mut reader, _) = self.read_for(caller, |caller| caller.must(Permission::View)).await?;
        let facts = self.read_facts(&mut *reader).await?;
        let users = reader.count_users().await?;
        let now = self.shared.ambient.now();
        let licence = &facts.licence;
        Ok(LicenceReport {
            origin: if licence.is_evaluation() {
                LicenceOrigin::Evaluation
            } else {
                LicenceOrigin::Installed
            },
            claims: licence.claims().clone(),
            seats: licence.seats(),
            users,
            standing: licence.standing(users, facts.licence_time(now)),
            is_clock_set_back: is_clock_set_back(&facts.record, now),
        })
    }
}
