//! What is asked of the program, and what the model says must come back.

use serde_json::{Map, Value};

use crate::{directory::Tag, licence::Terms};

/// Names a key or a session by its place among all that were ever made.
pub(crate) type Handle = usize;

/// One question and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) asks: Asks,
    pub(crate) gets: Gets,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) enum Asks {
    /// Nothing yet.
    Nothing,
    Http(Request),
    /// A command of the command line.
    Command(Vec<String>),
    /// The installation of a licence, of which this is so many-th.
    Licence(Terms, u32),
}

/// A request, with names in the place of secrets.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) by: Bearer,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// The key or session whose id ends the path.
    pub(crate) id: Option<Handle>,
    pub(crate) body: Body,
    pub(crate) condition: Option<(&'static str, Tags)>,
}

/// By what credential.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bearer {
    Nobody,
    Junk,
    Holder(Handle),
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    None,
    Json(Value),
    Text(String),
}

/// The value of a condition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tags {
    Any,
    Junk,
    OfUser(Tag),
    /// That of the last list.
    OfList,
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) enum Gets {
    Nothing,
    /// Nothing but a status.
    Done(u16),
    Refusal(Refusal),
    /// 304, for this state of a user.
    Unchanged(Tag),
    User(Value, Tag),
    List(Vec<Value>),
    Page(Vec<Value>, bool),
    Created(String),
    /// A key or session of that number, and members that must stand beside it.
    Credential(Handle, Map<String, Value>),
    /// A key as a bare JSON string.
    BareKey(Handle),
    /// Keys or sessions, each with its number.
    Credentials(Vec<(Handle, Map<String, Value>)>),
    /// An object with at least these members.
    Object(u16, Map<String, Value>),
    /// A command that does what it is told, or refuses.
    Outcome(bool),
    /// A command that prints a key.
    IssuedKey(Handle),
}

/// A problem: its status, its code and the fields at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) field: Option<String>,
}

pub(crate) const fn refuse(status: u16, code: &'static str) -> Refusal {
    Refusal { status, code, field: None }
}

/// A field whose value is not allowed.
pub(crate) fn invalid(field: impl Into<String>) -> Refusal {
    Refusal { status: 400, code: "invalid_field", field: Some(field.into()) }
}

/// A field without which nothing can be done.
pub(crate) fn missing(field: &str) -> Refusal {
    Refusal { status: 406, code: "missing_field", field: Some(field.to_owned()) }
}

impl From<Result<Gets, Refusal>> for Gets {
    fn from(result: Result<Gets, Refusal>) -> Self {
        result.unwrap_or_else(Self::Refusal)
    }
}

impl Request {
    /// A request without a body.
    pub(crate) fn new(by: Bearer, method: &'static str, path: impl Into<String>) -> Self {
        let path = path.into();
        Self { by, method, path, id: None, body: Body::None, condition: None }
    }

    pub(crate) fn with_body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    pub(crate) fn with_json(self, json: Value) -> Self {
        self.with_body(Body::Json(json))
    }

    pub(crate) fn on(self, id: Handle) -> Self {
        Self { id: Some(id), ..self }
    }

    pub(crate) fn under(self, name: &'static str, tags: Option<Tags>) -> Self {
        Self { condition: tags.map(|tags| (name, tags)), ..self }
    }
}
