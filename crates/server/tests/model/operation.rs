//! What can be done to the directory, with choices that any state of it can resolve.

use crate::licence::Terms;

/// Emails that may become users; the first is the first admin's.
pub(crate) const EMAILS: [&str; 6] = [
    "admin@example.com",
    "ann@example.com",
    "bob+dq@example.com",
    "o'brien@mail",
    "zoe_1@sub.example.org",
    "x@y",
];

/// What is no email.
pub(crate) const NO_EMAILS: [&str; 3] = ["nobody", "zo\u{e9}@example.com", "a b@example.com"];

/// Data domains; the last is never there.
pub(crate) const DOMAINS: [&str; 4] = ["(default)", "sales", "hr team", "gone"];

/// Passwords that are good enough.
pub(crate) const PASSWORDS: [&str; 3] = [
    "purple turtles dance at noon",
    "quiet rivers carry stones",
    "z\u{f3}\u{142}te \u{17b}aby \u{15b}piewaj\u{105}",
];

/// Passwords that are not.
pub(crate) const BAD_PASSWORDS: [&str; 3] = ["kj3h4kj5h6k", "password1234", "dqops-2026-dqops"];

/// A role; the order is that of strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    None,
    Viewer,
    Operator,
    Editor,
    Admin,
}

impl Role {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

/// An operation and who does it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) by: By,
    pub(crate) act: Act,
}

/// Who does it; a number chooses among those that there are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    Admin(usize),
    Anyone(usize),
    /// With a key or session that is no more.
    Former(usize),
    Nobody,
    Junk,
}

/// An email, in one of its spellings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    /// In [`EMAILS`], and past their end in [`NO_EMAILS`].
    pub(crate) which: usize,
    pub(crate) spelling: Spelling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    Plain,
    Upper,
    Padded,
}

/// Whose things are meant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose {
    Own,
    Of(Named),
    Everybodys,
}

/// The version that is believed to be there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Believed {
    Whatever,
    Any,
    Junk,
    /// The last that was shown of that user.
    Latest,
    /// Some that was shown of some user.
    Seen(usize),
}

/// What a body says about a user.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    #[expect(clippy::option_option, reason = "left out, null, and a role are three things")]
    pub(crate) role: Option<Option<Role>>,
    pub(crate) domains: Option<Vec<(usize, Role)>>,
}

/// The email in the body of an update.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Repeated {
    Same(Spelling),
    Missing,
    Other(Named),
}

/// A password as it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Secret {
    Good(usize),
    Bad(usize),
    Missing,
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    List {
        believed: bool,
    },
    Page {
        search: Option<&'static str>,
        role: Option<Role>,
        limit: Option<usize>,
        after: Option<usize>,
    },
    Get(Named, Believed),
    Create(Named, Wish),
    Update(Named, Repeated, Wish, Believed),
    Delete(Named, Believed),
    SetPassword(Named, Secret, bool),
    SetOwnPassword(Secret, bool),
    SignIn(Named, Secret),
    SignOut,
    Sessions(Whose),
    EndSession(usize),
    EndSessions(Whose),
    CreateKey {
        name: &'static str,
        days: Option<u32>,
    },
    IssueKey,
    Keys(Whose),
    RevokeKey(usize),
    Profile,
    IssueLink(Named),
    Link(Named),
    RevokeLink(Named),
    SetUp,
    /// On the command line, as all that follows.
    CommandKey(usize),
    AddDomain(usize),
    RemoveDomain(usize),
    Install(Terms),
}

impl Named {
    pub(crate) fn text(self) -> &'static str {
        EMAILS.get(self.which).or_else(|| NO_EMAILS.get(self.which - EMAILS.len())).unwrap()
    }

    /// The canonical form, if it is an email.
    pub(crate) fn email(self) -> Option<&'static str> {
        EMAILS.get(self.which).copied()
    }

    /// As it is sent in a body.
    pub(crate) fn sent(self) -> String {
        self.spelling.of(self.text())
    }

    /// As it is sent in a path or a query.
    pub(crate) fn encoded(self) -> String {
        match self.spelling {
            // The official clients send it raw.
            Spelling::Plain if self.email().is_some() => self.text().to_owned(),
            _ => encode(&self.sent()),
        }
    }
}

impl Spelling {
    pub(crate) fn of(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Upper => text.to_uppercase(),
            Self::Padded => format!(" {text}\t"),
        }
    }
}

/// Percent-encodes all but letters and digits.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
