//! The frame around every page.

/// What every page is given beside its own data.
#[derive(Clone, Debug)]
pub struct Chrome {
    /// Where the assets are.
    pub assets: Assets,
    /// Who is signed in; `None` on the pages before the sign-in, which have no navigation.
    pub caller: Option<Caller>,
    /// The part of the console in which the page stands.
    pub section: Option<Section>,
    /// What is said on top of the page.
    pub notice: Option<Notice>,
    /// Whether mail is configured, so that links can be mailed.
    pub may_mail: bool,
    /// Whether the server runs without authentication: a banner says as whom everyone acts, and
    /// nobody can sign out.
    pub without_authentication: bool,
    /// Whether the browser reached the server unencrypted, and not from the same machine.
    pub is_insecure: bool,
}

/// Where the assets are, as paths with the hash of what they hold.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The script.
    pub js: String,
    /// The icon.
    pub icon: String,
}

/// Whoever looks at the page.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The email, or another name where there is no user behind it.
    pub name: String,
    /// Whether there is a user behind it, so that "My account" exists.
    pub has_account: bool,
    /// Whether the caller may see the directory.
    pub may_view: bool,
    /// Whether the caller may manage the account.
    pub may_manage: bool,
}

/// A part of the console, as the navigation names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The list of users and what hangs on it.
    Users,
    /// The audit log.
    Audit,
    /// The licence.
    Licence,
    /// About the server.
    About,
    /// The caller's own account.
    Account,
}

/// What is said on top of a page.
#[derive(Clone, Debug)]
pub enum Notice {
    /// Something was done.
    Done(String),
    /// Something is good to know.
    Info(String),
    /// Something was refused or failed.
    Error(String),
}

impl Chrome {
    /// The frame of a page of which nothing is known but where the assets are.
    #[must_use]
    pub const fn bare(assets: Assets) -> Self {
        Self {
            assets,
            caller: None,
            section: None,
            notice: None,
            may_mail: false,
            without_authentication: false,
            is_insecure: false,
        }
    }

    /// Whether the page stands in this part of the console.
    #[must_use]
    pub fn is_in(&self, section: Section) -> bool {
        self.section == Some(section)
    }

    /// Whether the caller may manage the account.
    #[must_use]
    pub fn may_manage(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.may_manage)
    }
}
