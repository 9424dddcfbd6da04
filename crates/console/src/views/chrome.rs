//! The frame around every page.

/// What every page is given beside its own data.
#[derive(Clone, Debug)]
pub(crate) struct Chrome {
    /// Where the assets are.
    pub(crate) assets: Assets,
    /// Who is signed in; `None` on the pages before the sign-in, which have no navigation.
    pub(crate) caller: Option<Caller>,
    /// The part of the console in which the page stands.
    pub(crate) section: Option<Section>,
    /// What is said on top of the page.
    pub(crate) notice: Option<Notice>,
    /// Whether mail is configured, so that links can be mailed.
    pub(crate) may_mail: bool,
    /// Whether the server runs without authentication: a banner says as whom everyone acts, and
    /// nobody can sign out.
    pub(crate) without_authentication: bool,
    /// Whether the browser reached the server unencrypted, and not from the same machine.
    pub(crate) is_insecure: bool,
}

/// Where the assets are, as paths with the hash of what they hold.
#[derive(Clone, Debug)]
pub(crate) struct Assets {
    /// The style sheet.
    pub(crate) css: String,
    /// The script.
    pub(crate) js: String,
    /// The icon.
    pub(crate) icon: String,
}

/// Whoever looks at the page.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The email, or another name where there is no user behind it.
    pub(crate) name: String,
    /// Whether there is a user behind it, so that "My account" exists.
    pub(crate) has_account: bool,
    /// Whether the caller may see the directory.
    pub(crate) may_view: bool,
    /// Whether the caller may manage the account.
    pub(crate) may_manage: bool,
}

/// A part of the console, as the navigation names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
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
pub(crate) enum Notice {
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
    pub(crate) const fn bare(assets: Assets) -> Self {
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
    pub(crate) fn is_in(&self, section: Section) -> bool {
        self.section == Some(section)
    }
}
