//! The actions of the audit log in words.

use dqops_users_domain::audit::Action;

/// How an entry of the audit log, or a state, should strike the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing to see here.
    Plain,
    /// Something new, or all is well.
    Good,
    /// Worth a look.
    Warning,
    /// Something was taken away, or is wrong.
    Bad,
}

impl Tone {
    /// The class that the style sheet knows.
    #[must_use]
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// The action in words.
#[must_use]
pub(crate) const fn action_label(action: Action) -> &'static str {
    match action {
        Action::UserCreated => "User added",
        Action::UserUpdated => "Roles changed",
        Action::UserDeleted => "User deleted",
        Action::PasswordChanged => "Password set",
        Action::PasswordLinkIssued => "Password link made",
        Action::PasswordLinkRevoked => "Password link revoked",
        Action::ApiKeyIssued => "Key created",
        Action::ApiKeyRevoked => "Key revoked",
        Action::SignedIn => "Signed in",
        Action::SignInFailed => "Sign-in failed",
        Action::SignedOut => "Signed out",
        Action::SessionsEnded => "Sessions ended",
        Action::AdminRecovered => "Admin recovered",
        Action::DataDomainAdded => "Data domain added",
        Action::DataDomainRemoved => "Data domain removed",
        Action::LicenceInstalled => "Licence installed",
        Action::LicenceRemoved => "Licence removed",
        Action::DirectoryRestored => "Backup restored",
        Action::DirectoryCopied => "Moved from another database",
    }
}

/// How the action should strike the reader.
#[must_use]
pub(crate) const fn action_tone(action: Action) -> Tone {
    match action {
        Action::UserCreated | Action::DataDomainAdded | Action::LicenceInstalled => Tone::Good,
        Action::UserDeleted
        | Action::PasswordLinkRevoked
        | Action::ApiKeyRevoked
        | Action::DataDomainRemoved
        | Action::LicenceRemoved => Tone::Bad,
        Action::SignInFailed
        | Action::AdminRecovered
        | Action::DirectoryRestored
        | Action::DirectoryCopied => Tone::Warning,
        Action::UserUpdated
        | Action::PasswordChanged
        | Action::PasswordLinkIssued
        | Action::ApiKeyIssued
        | Action::SignedIn
        | Action::SignedOut
        | Action::SessionsEnded => Tone::Plain,
    }
}
