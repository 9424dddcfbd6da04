//! The model's requests and answers that are about keys, sessions and password links.

use serde_json::{Map, Value, json};

use crate::{
    answer::{Bearer, Gets, Handle, Refusal, Request, invalid, missing, refuse},
    directory::{Caller, Directory},
    operation::{Act, Named, Role, Whose, encode},
};

/// Days that a key may hold at the most.
const MOST_DAYS: u32 = 366;

impl Directory {
    pub(crate) fn request_of_credentials(&self, by: Bearer, act: &Act) -> Request {
        let new = |method, path: &str| Request::new(by, method, path);
        match act {
            Act::SetPassword(named, secret, as_text) => {
                let path = format!("/api/users/{}/password", named.encoded());
                new("PUT", &path).with_body(secret.body(*as_text))
            }
            Act::SetOwnPassword(secret, as_text) => {
                new("PUT", "/api/mypassword").with_body(secret.body(*as_text))
            }
            Act::SignIn(named, secret) => {
                let body = json!({"email": named.sent(), "password": secret.text()});
                Request::new(Bearer::Nobody, "POST", "/api/session").with_json(body)
            }
            Act::SignOut => new("DELETE", "/api/session"),
            Act::Sessions(whose) => new("GET", &format!("/api/sessions{}", query(*whose))),
            Act::EndSessions(whose) => new("DELETE", &format!("/api/sessions{}", query(*whose))),
            Act::EndSession(number) => match self.numbered(true, *number) {
                Some(handle) => new("DELETE", "/api/sessions/").on(handle),
                None => new("DELETE", &format!("/api/sessions/{UNKNOWN}")),
            },
            Act::Keys(whose) => new("GET", &format!("/api/keys{}", query(*whose))),
            Act::RevokeKey(number) => match self.numbered(false, *number) {
                Some(handle) => new("DELETE", "/api/keys/").on(handle),
                None => new("DELETE", &format!("/api/keys/{UNKNOWN}")),
            },
            Act::CreateKey { name, days } => {
                let mut body = json!({"name": name});
                if let Some(days) = days {
                    body["days"] = (*days).into();
                }
                new("POST", "/api/keys").with_json(body)
            }
            Act::IssueKey => new("GET", "/api/environment/issueapikey"),
            Act::IssueLink(named) => new("POST", &link(*named)),
            Act::Link(named) => new("GET", &link(*named)),
            Act::RevokeLink(named) => new("DELETE", &link(*named)),
            other => unreachable!("{other:?} is no request of credentials"),
        }
    }

    pub(crate) fn answer_of_credentials(
        &mut self,
        caller: Caller,
        act: &Act,
    ) -> Result<Gets, Refusal> {
        match act {
            Act::SetPassword(named, secret, _) => self.set_password(caller, *named, *secret),
            Act::SetOwnPassword(secret, _) => {
                let own = crate::operation::EMAILS.iter().position(|email| *email == caller.email);
                let which = own.unwrap_or_default();
                let own = Named { which, spelling: crate::operation::Spelling::Plain };
                self.set_password(caller, own, *secret)
            }
            Act::SignOut => {
                let own = caller.session.ok_or(refuse(404, "session_not_found"))?;
                self.credentials[own].is_valid = false;
                Ok(Gets::Done(204))
            }
            Act::Sessions(whose) => self.held(caller, *whose, true),
            Act::Keys(whose) => self.held(caller, *whose, false),
            Act::EndSessions(whose) => {
                let email = whose.email(caller)?.ok_or_else(|| invalid("user"))?;
                caller.must_own(Some(email))?;
                self.must_exist(email)?;
                self.end_sessions_of(self.users[email].person, None);
                Ok(Gets::Done(204))
            }
            Act::EndSession(number) => {
                self.end(caller, self.numbered(true, *number), "session_not_found")
            }
            Act::RevokeKey(number) => {
                self.end(caller, self.numbered(false, *number), "api_key_not_found")
            }
            Act::CreateKey { name, days } => self.create_key(caller, name, *days),
            Act::IssueKey => {
                caller.must(Role::Viewer)?;
                let handle = self.add_credential(caller.person, false, "issued over REST");
                Ok(Gets::BareKey(handle))
            }
            Act::IssueLink(named) => {
                self.link_of(caller, *named).map(|has_link| *has_link = true)?;
                Ok(Gets::Object(201, Map::new()))
            }
            Act::Link(named) => {
                if *self.link_of(caller, *named)? {
                    Ok(Gets::Object(200, Map::from_iter([("expired".into(), false.into())])))
                } else {
                    Err(refuse(404, "password_link_not_found"))
                }
            }
            Act::RevokeLink(named) => match self.link_of(caller, *named)? {
                has_link if *has_link => {
                    *has_link = false;
                    Ok(Gets::Done(204))
                }
                _ => Err(refuse(404, "password_link_not_found")),
            },
            other => unreachable!("{other:?} is no request of credentials"),
        }
    }

    fn link_of(&mut self, caller: Caller, named: Named) -> Result<&mut bool, Refusal> {
        let email = named.email().ok_or_else(|| invalid("email"))?;
        caller.must(Role::Admin)?;
        let user = self.users.get_mut(email).ok_or(refuse(404, "user_not_found"))?;
        Ok(&mut user.has_link)
    }

    fn create_key(
        &mut self,
        caller: Caller,
        name: &str,
        days: Option<u32>,
    ) -> Result<Gets, Refusal> {
        if name.trim().is_empty() {
            return Err(missing("name"));
        }
        caller.must(Role::Viewer)?;
        if name.contains(char::is_control) {
            return Err(invalid("name"));
        }
        if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            return Err(invalid("days"));
        }
        let handle = self.add_credential(caller.person, false, name.trim());
        let members = Map::from_iter([("name".to_owned(), Value::from(name.trim()))]);
        Ok(Gets::Credential(handle, members))
    }

    /// The keys or sessions of somebody or of all, by user and age.
    fn held(&self, caller: Caller, whose: Whose, is_session: bool) -> Result<Gets, Refusal> {
        let email = whose.email(caller)?;
        caller.must_own(email)?;
        if let Some(email) = email {
            self.must_exist(email)?;
        }
        let mut held: Vec<_> = self
            .credentials
            .iter()
            .enumerate()
            .filter(|(_, credential)| credential.is_session == is_session && credential.is_valid)
            .filter_map(|(handle, credential)| {
                let (owner, _) = self.person(credential.person)?;
                email.is_none_or(|email| email == owner).then_some((owner, handle))
            })
            .collect();
        held.sort_unstable();
        let members = |owner, handle: Handle| {
            let own = json!({"user": owner, "current": caller.session == Some(handle)});
            let key = json!({"user": owner, "name": self.credentials[handle].name});
            let members = if is_session { own } else { key };
            members.as_object().cloned().unwrap_or_default()
        };
        let held = held.into_iter().map(|(owner, handle)| (handle, members(owner, handle)));
        Ok(Gets::Credentials(held.collect()))
    }

    fn end(
        &mut self,
        caller: Caller,
        handle: Option<Handle>,
        code: &'static str,
    ) -> Result<Gets, Refusal> {
        let not_found = refuse(404, code);
        // An id that is none, or that nothing has any more, and one that the caller may not see.
        let Some(handle) = handle else {
            caller.must(Role::Viewer)?;
            return Err(not_found);
        };
        caller.must(Role::Viewer)?;
        let credential = &self.credentials[handle];
        let owner = self.person(credential.person).filter(|_| credential.is_valid);
        let (owner, _) = owner.ok_or(not_found.clone())?;
        caller.must_own(Some(owner)).map_err(|_| not_found)?;
        self.credentials[handle].is_valid = false;
        Ok(Gets::Done(204))
    }

    /// One of the keys or sessions that ever were.
    fn numbered(&self, is_session: bool, number: usize) -> Option<Handle> {
        let all = self.credentials.iter().enumerate();
        let all = all.filter(|(_, credential)| credential.is_session == is_session);
        let all: Vec<_> = all.map(|(handle, _)| handle).collect();
        (!all.is_empty()).then(|| all[number % all.len()])
    }
}

/// An id that nothing has.
const UNKNOWN: &str = "00000000-0000-7000-8000-000000000000";

impl Whose {
    fn email(self, caller: Caller) -> Result<Option<&'static str>, Refusal> {
        match self {
            Self::Own => Ok(Some(caller.email)),
            Self::Of(named) => named.email().map(Some).ok_or_else(|| invalid("user")),
            Self::Everybodys => Ok(None),
        }
    }
}

fn query(whose: Whose) -> String {
    match whose {
        Whose::Own => String::new(),
        Whose::Of(named) => format!("?user={}", encode(&named.sent())),
        Whose::Everybodys => "?user=*".to_owned(),
    }
}

fn link(named: Named) -> String {
    format!("/api/users/{}/passwordlink", named.encoded())
}
