//! The gate: a licence makes permits, and a gated operation cannot run without one.
//!
//! The rule behind the table of states: a licence gates what widens access, never seeing who has it
//! or taking it away.

use jiff::Timestamp;

use super::{Licence, LicenceType};
use crate::AccessChange;

/// An operation that a licence gates, with the facts by which it decides.
pub trait Feature {
    /// The proof that the operation may run; only [`Licence::permit`] makes one.
    type Permit;

    /// Decides; called through [`Licence::permit`].
    ///
    /// # Errors
    /// The refusal.
    fn decide(self, licence: &Licence, now: Timestamp) -> Result<Self::Permit, LicenceRefusal>;
}

impl Licence {
    /// The permit for `feature` at `now`, or why there is none.
    ///
    /// # Errors
    /// The refusal, worded for the administrator.
    pub fn permit<F: Feature>(
        &self,
        feature: F,
        now: Timestamp,
    ) -> Result<F::Permit, LicenceRefusal> {
        feature.decide(self, now)
    }
}

/// Why a licence gives no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LicenceRefusal {
    /// The licence's type does not include it.
    #[error("the {held} licence does not include {what}; it needs a licence of type {needed}")]
    Required {
        /// The type in force.
        held: LicenceType,
        /// What was wanted.
        what: &'static str,
        /// The types that include it.
        needed: &'static str,
    },
    /// The licence, or the evaluation, is over.
    #[error(
        "{} has lapsed, and with it {what}; install a valid licence. Users can still be seen, demoted and deleted",
        if *.is_evaluation { "the evaluation" } else { "the licence" }
    )]
    Expired {
        /// Whether it was the evaluation.
        is_evaluation: bool,
        /// What was wanted.
        what: &'static str,
    },
    /// Every seat is taken.
    #[error(
        "the licence has {seats} seats and all are taken; delete a user or install a licence with more seats"
    )]
    UserLimitReached {
        /// The seats of the licence.
        seats: u64,
    },
    /// Every data domain that the licence allows exists already.
    #[error(
        "the licence's limit of {limit} data domains is reached; remove one or install a licence that allows more"
    )]
    DataDomainLimitReached {
        /// The limit of the licence.
        limit: u32,
    },
}

const MULTI_USER: &str = "TEAM or ENTERPRISE";
const DATA_DOMAINS: &str = "ENTERPRISE";

/// Adding one user to a directory.
#[derive(Clone, Copy, Debug)]
pub struct CreateUser {
    /// Users in the directory before.
    pub users: u64,
}

/// Proof that a user may be added.
#[derive(Debug)]
pub struct CreatePermit(());

impl Feature for CreateUser {
    type Permit = CreatePermit;

    fn decide(self, licence: &Licence, now: Timestamp) -> Result<CreatePermit, LicenceRefusal> {
        let what = "adding users";
        if self.users == 0 {
            return Ok(CreatePermit(())); // Every licence has a seat for the first user.
        }
        licence.must_be_multi_user(what)?;
        licence.must_not_have_lapsed(now, what)?;
        if self.users >= licence.seats() {
            return Err(LicenceRefusal::UserLimitReached { seats: licence.seats() });
        }
        Ok(CreatePermit(()))
    }
}

/// Changing the roles of a user.
#[derive(Clone, Copy, Debug)]
pub struct ChangeRoles {
    /// What the change does to the user's rights.
    pub change: AccessChange,
    /// Users in the directory.
    pub users: u64,
}

/// Proof that a user's roles may be changed.
#[derive(Debug)]
pub struct RolesPermit(());

impl Feature for ChangeRoles {
    type Permit = RolesPermit;

    fn decide(self, licence: &Licence, now: Timestamp) -> Result<RolesPermit, LicenceRefusal> {
        match self.change {
            AccessChange::Unchanged => {}
            AccessChange::Lowers => {
                licence.must_have_users_to_shed(self.users, "changing roles")?;
            }
            AccessChange::Widens { in_data_domains } => {
                let what = "giving users more rights";
                licence.must_be_multi_user(what)?;
                licence.must_not_have_lapsed(now, what)?;
                if in_data_domains && !licence.has_data_domains() {
                    return Err(licence.lacks("data domain roles", DATA_DOMAINS));
                }
            }
        }
        Ok(RolesPermit(()))
    }
}

/// Making an existing user an admin. While there is none no licence refuses it: it adds no seat, and
/// refusing it would lock the customer out. Beside another admin it gives more rights, as any change.
#[derive(Clone, Copy, Debug)]
pub struct RecoverAdmin {
    /// Admins in the directory before.
    pub admins: u64,
    /// The change of the user's roles.
    pub roles: ChangeRoles,
}

impl Feature for RecoverAdmin {
    type Permit = RolesPermit;

    fn decide(self, licence: &Licence, now: Timestamp) -> Result<RolesPermit, LicenceRefusal> {
        if self.admins == 0 { Ok(RolesPermit(())) } else { self.roles.decide(licence, now) }
    }
}

/// Deleting a user.
#[derive(Clone, Copy, Debug)]
pub struct DeleteUser {
    /// Users in the directory before.
    pub users: u64,
}

/// Proof that a user may be deleted.
#[derive(Debug)]
pub struct DeletePermit(());

impl Feature for DeleteUser {
    type Permit = DeletePermit;

    fn decide(self, licence: &Licence, _: Timestamp) -> Result<DeletePermit, LicenceRefusal> {
        licence.must_have_users_to_shed(self.users, "deleting its user")?;
        Ok(DeletePermit(()))
    }
}

/// Adding a data domain beside the root domain.
#[derive(Clone, Copy, Debug)]
pub struct AddDataDomain {
    /// Data domains before, the root domain not counted.
    pub domains: u64,
}

/// Proof that a data domain may be added.
#[derive(Debug)]
pub struct DataDomainPermit(());

impl Feature for AddDataDomain {
    type Permit = DataDomainPermit;

    fn decide(self, licence: &Licence, now: Timestamp) -> Result<DataDomainPermit, LicenceRefusal> {
        let what = "adding data domains";
        if !licence.has_data_domains() {
            return Err(licence.lacks(what, DATA_DOMAINS));
        }
        licence.must_not_have_lapsed(now, what)?;
        match licence.claims.limits.data_domains {
            Some(limit) if self.domains >= u64::from(limit) => {
                Err(LicenceRefusal::DataDomainLimitReached { limit })
            }
            _ => Ok(DataDomainPermit(())),
        }
    }
}

impl Licence {
    /// The refusal of data domain roles to a licence without data domains.
    #[must_use]
    pub const fn lacks_data_domains(&self) -> LicenceRefusal {
        self.lacks("data domain roles", DATA_DOMAINS)
    }

    const fn lacks(&self, what: &'static str, needed: &'static str) -> LicenceRefusal {
        LicenceRefusal::Required { held: self.claims.licence_type, what, needed }
    }

    const fn must_be_multi_user(&self, what: &'static str) -> Result<(), LicenceRefusal> {
        if self.claims.licence_type.is_multi_user() {
            Ok(())
        } else {
            Err(self.lacks(what, MULTI_USER))
        }
    }

    fn must_not_have_lapsed(
        &self,
        now: Timestamp,
        what: &'static str,
    ) -> Result<(), LicenceRefusal> {
        if self.has_lapsed(now) {
            Err(LicenceRefusal::Expired { is_evaluation: self.is_evaluation, what })
        } else {
            Ok(())
        }
    }

    /// A single-user licence lets rights be taken away only to come down to its one seat.
    const fn must_have_users_to_shed(
        &self,
        users: u64,
        what: &'static str,
    ) -> Result<(), LicenceRefusal> {
        if self.claims.licence_type.is_multi_user() || users > self.seats() {
            Ok(())
        } else {
            Err(self.lacks(what, MULTI_USER))
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::licence::{LicenceClaims, Limits};

    const LOWERS: AccessChange = AccessChange::Lowers;
    const WIDENS: AccessChange = AccessChange::Widens { in_data_domains: false };
    const WIDENS_IN_DOMAIN: AccessChange = AccessChange::Widens { in_data_domains: true };

    fn licence(licence_type: LicenceType) -> Licence {
        Licence {
            claims: LicenceClaims {
                id: Uuid::nil(),
                licence_type,
                seats: 3,
                issued_at: at("2026-01-01T00:00:00Z"),
                expires_at: Some(at("2027-01-01T00:00:00Z")),
                customer: "ACME".to_owned(),
                limits: Limits { data_domains: Some(2), ..Limits::default() },
            },
            is_evaluation: false,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// What create, lower, widen, widen in a domain, delete and add domain answer, as letters:
    /// `y` permitted, `r` licence required, `e` expired, `l` user limit, `d` data domain limit.
    fn row(licence: &Licence, users: u64, domains: u64, now: Timestamp) -> String {
        fn letter<T>(answer: &Result<T, LicenceRefusal>) -> char {
            match answer {
                Ok(_) => 'y',
                Err(LicenceRefusal::Required { .. }) => 'r',
                Err(LicenceRefusal::Expired { .. }) => 'e',
                Err(LicenceRefusal::UserLimitReached { .. }) => 'l',
                Err(LicenceRefusal::DataDomainLimitReached { .. }) => 'd',
            }
        }
        [
            letter(&licence.permit(CreateUser { users }, now)),
            letter(&licence.permit(ChangeRoles { change: LOWERS, users }, now)),
            letter(&licence.permit(ChangeRoles { change: WIDENS, users }, now)),
            letter(&licence.permit(ChangeRoles { change: WIDENS_IN_DOMAIN, users }, now)),
            letter(&licence.permit(DeleteUser { users }, now)),
            letter(&licence.permit(AddDataDomain { domains }, now)),
        ]
        .iter()
        .collect()
    }

    #[test]
    fn the_table_of_states_of_the_contract() {
        let valid = at("2026-06-01T00:00:00Z");
        let lapsed = at("2027-01-01T00:00:00Z");
        let team = licence(LicenceType::Team);
        let enterprise = licence(LicenceType::Enterprise);

        assert_eq!(row(&team, 2, 0, valid), "yyyryr", "TEAM within its seats");
        assert_eq!(row(&team, 3, 0, valid), "lyyryr", "TEAM at its seats");
        assert_eq!(row(&team, 9, 0, valid), "lyyryr", "TEAM over its seats");
        assert_eq!(row(&team, 2, 0, lapsed), "eyeeyr", "lapsed TEAM");
        assert_eq!(row(&enterprise, 2, 1, valid), "yyyyyy", "ENTERPRISE within its limits");
        assert_eq!(row(&enterprise, 3, 2, valid), "lyyyyd", "ENTERPRISE at its limits");
        assert_eq!(row(&enterprise, 2, 1, lapsed), "eyeeye", "lapsed ENTERPRISE");
        for one_seat in [LicenceType::Free, LicenceType::Personal] {
            let licence = licence(one_seat);
            assert_eq!(row(&licence, 0, 0, valid), "yrrrrr", "{one_seat}, nobody yet");
            assert_eq!(row(&licence, 1, 0, valid), "rrrrrr", "{one_seat}, its one user");
            assert_eq!(row(&licence, 2, 0, valid), "ryrryr", "{one_seat}, more than its seat");
        }
        let evaluation = Licence::evaluation(at("2026-01-01T00:00:00Z"));
        assert_eq!(row(&evaluation, 4, 0, at("2026-01-30T00:00:00Z")), "yyyryr", "evaluation");
        assert_eq!(row(&evaluation, 4, 0, at("2026-02-01T00:00:00Z")), "eyeeyr", "evaluation over");
    }

    #[test]
    fn no_licence_refuses_the_first_user_or_the_only_admin() {
        let late = at("2030-01-01T00:00:00Z");
        for licence_type in [LicenceType::Free, LicenceType::Team] {
            let licence = licence(licence_type);
            assert!(licence.permit(CreateUser { users: 0 }, late).is_ok());
            let change = AccessChange::Widens { in_data_domains: false };
            let recovery =
                |admins| RecoverAdmin { admins, roles: ChangeRoles { change, users: 2 } };
            assert!(licence.permit(recovery(0), late).is_ok());
            assert!(licence.permit(recovery(1), late).is_err(), "it gives more rights");
        }
    }

    #[test]
    fn doing_nothing_needs_no_licence() {
        let nothing = ChangeRoles { change: AccessChange::Unchanged, users: 1 };
        assert!(licence(LicenceType::Free).permit(nothing, at("2030-01-01T00:00:00Z")).is_ok());
    }

    #[test]
    fn refusals_say_what_to_do() {
        let late = at("2030-01-01T00:00:00Z");
        let message =
            |result: Result<CreatePermit, LicenceRefusal>| result.unwrap_err().to_string();
        assert_eq!(
            message(licence(LicenceType::Free).permit(CreateUser { users: 1 }, late)),
            "the FREE licence does not include adding users; it needs a licence of type TEAM or ENTERPRISE"
        );
        assert!(
            message(licence(LicenceType::Team).permit(CreateUser { users: 1 }, late))
                .starts_with("the licence has lapsed, and with it adding users; install")
        );
        assert!(
            message(
                Licence::evaluation(Timestamp::UNIX_EPOCH).permit(CreateUser { users: 1 }, late)
            )
            .starts_with("the evaluation has lapsed")
        );
    }
}
