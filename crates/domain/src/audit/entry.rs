//! One thing that was done, by whom and on whom.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{Email, Roles};

/// One thing that was done. It never holds a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// The entry's identity, rising with time.
    pub id: Uuid,
    /// When it was done.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// On whom or what: a user's email, a data domain's name, a licence's id.
    pub subject: String,
    /// How it was before; `None` where there was nothing.
    pub before: Option<Value>,
    /// How it was after; `None` where nothing is left.
    pub after: Option<Value>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A user of the directory.
    User(Email),
    /// Whoever may run the command line on the machine of the directory.
    LocalOperator,
    /// A request without a credential in the mode `--authentication none`, before there is an owner.
    NamelessAdmin,
    /// The holder of the one-time set-up code.
    SetUp,
    /// Whoever tried to sign in and did not say who they are in a way that holds.
    Nobody,
    /// The directory itself, at its start.
    Directory,
}

impl Actor {
    /// Reads a name of the audit trail back; `None` when it names nobody.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let fixed =
            [Self::LocalOperator, Self::NamelessAdmin, Self::SetUp, Self::Nobody, Self::Directory];
        let found = fixed.into_iter().find(|actor| actor.name() == name);
        found.or_else(|| name.parse().ok().map(Self::User))
    }

    /// The name in the audit trail.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User(email) => email.as_str(),
            Self::LocalOperator => "(local operator)",
            Self::NamelessAdmin => "(nameless admin)",
            Self::SetUp => "(set-up)",
            Self::Nobody => "(nobody)",
            Self::Directory => "(directory)",
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Action {
    UserCreated,
    UserUpdated,
    UserDeleted,
    PasswordChanged,
    PasswordLinkIssued,
    PasswordLinkRevoked,
    ApiKeyIssued,
    ApiKeyRevoked,
    SignedIn,
    SignInFailed,
    SignedOut,
    SessionsEnded,
    AdminRecovered,
    DataDomainAdded,
    DataDomainRemoved,
    LicenceInstalled,
    LicenceRemoved,
    DirectoryRestored,
    DirectoryCopied,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 19] = [
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDeleted,
        Self::PasswordChanged,
        Self::PasswordLinkIssued,
        Self::PasswordLinkRevoked,
        Self::ApiKeyIssued,
        Self::ApiKeyRevoked,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::SessionsEnded,
        Self::AdminRecovered,
        Self::DataDomainAdded,
        Self::DataDomainRemoved,
        Self::LicenceInstalled,
        Self::LicenceRemoved,
        Self::DirectoryRestored,
        Self::DirectoryCopied,
    ];

    /// Reads a name of the audit trail back; `None` when it names no action.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        serde_json::from_value(Value::from(name)).ok()
    }

    /// The name in the audit trail.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCreated => "user_created",
            Self::UserUpdated => "user_updated",
            Self::UserDeleted => "user_deleted",
            Self::PasswordChanged => "password_changed",
            Self::PasswordLinkIssued => "password_link_issued",
            Self::PasswordLinkRevoked => "password_link_revoked",
            Self::ApiKeyIssued => "api_key_issued",
            Self::ApiKeyRevoked => "api_key_revoked",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::SessionsEnded => "sessions_ended",
            Self::AdminRecovered => "admin_recovered",
            Self::DataDomainAdded => "data_domain_added",
            Self::DataDomainRemoved => "data_domain_removed",
            Self::LicenceInstalled => "licence_installed",
            Self::LicenceRemoved => "licence_removed",
            Self::DirectoryRestored => "directory_restored",
            Self::DirectoryCopied => "directory_copied",
        }
    }
}

impl From<&Roles> for Value {
    /// Roles as the audit trail shows them.
    fn from(roles: &Roles) -> Self {
        serde_json::to_value(roles).unwrap_or_default() // plain data: it cannot fail
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    #[test]
    fn roles_read_as_on_the_wire() {
        let roles = Roles::new(Role::Viewer);
        assert_eq!(Value::from(&roles), serde_json::json!({"accountRole": "viewer"}));
        let roles = roles.with_domain_role("sales".parse().unwrap(), Role::Editor);
        assert_eq!(
            Value::from(&roles),
            serde_json::json!({"accountRole": "viewer", "dataDomainRoles": {"sales": "editor"}})
        );
    }

    #[test]
    fn an_action_is_named_as_serde_names_it() {
        assert_eq!(Action::DirectoryCopied as usize + 1, Action::ALL.len(), "all are listed");
        for action in Action::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
            assert_eq!(Action::from_name(action.as_str()), Some(action));
        }
        assert_eq!(Action::from_name("other"), None);
    }

    #[test]
    fn no_actor_can_be_mistaken_for_a_user() {
        for actor in [
            Actor::LocalOperator,
            Actor::NamelessAdmin,
            Actor::SetUp,
            Actor::Nobody,
            Actor::Directory,
        ] {
            assert!(actor.name().parse::<Email>().is_err());
            assert_eq!(Actor::from_name(actor.name()), Some(actor));
        }
    }
}
