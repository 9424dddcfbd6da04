//! The model's answers that are about passwords, and the sign-in.

use serde_json::json;

use crate::{
    answer::{Body, Gets, Refusal, invalid, missing, refuse},
    directory::{Caller, Directory},
    operation::{BAD_PASSWORDS, Named, PASSWORDS, Role, Secret},
};

const REJECTED: Refusal = refuse(400, "password_rejected");
const WRONG: Refusal = refuse(401, "invalid_credential");

impl Directory {
    pub(crate) fn set_password(
        &mut self,
        caller: Caller,
        named: Named,
        secret: Secret,
    ) -> Result<Gets, Refusal> {
        let email = named.email().ok_or_else(|| invalid("email"))?;
        caller.must_own(Some(email))?;
        self.must_exist(email)?;
        let password = match secret {
            Secret::Good(which) => which,
            Secret::Bad(_) => return Err(REJECTED),
            Secret::Missing => return Err(missing("password")),
        };
        let person = self.users[email].person;
        if let Some(user) = self.users.get_mut(email) {
            (user.password, user.has_link) = (Some(password), false);
        }
        self.end_sessions_of(person, caller.session);
        Ok(Gets::Done(204))
    }

    pub(crate) fn sign_in(&mut self, named: Named, secret: Secret) -> Result<Gets, Refusal> {
        if matches!(secret, Secret::Missing) {
            return Err(missing("password"));
        }
        let user = named.email().and_then(|email| self.users.get_key_value(email));
        let is_right = |password: Option<usize>| matches!(secret, Secret::Good(sent) if password == Some(sent));
        let found = user.filter(|(_, user)| is_right(user.password) && user.role > Role::None);
        let Some((email, user)) = found else {
            *self.failures.entry(named.email()).or_default() += 1;
            return Err(WRONG);
        };
        let members = json!({"user": email, "accountRole": user.role.name()});
        let person = user.person;
        let handle = self.add_credential(person, true, "");
        Ok(Gets::Credential(handle, members.as_object().cloned().unwrap_or_default()))
    }

    pub(crate) fn end_sessions_of(&mut self, person: u32, spared: Option<usize>) {
        for (handle, credential) in self.credentials.iter_mut().enumerate() {
            if credential.is_session && credential.person == person && Some(handle) != spared {
                credential.is_valid = false;
            }
        }
    }
}

impl Secret {
    pub(crate) fn text(self) -> Option<&'static str> {
        match self {
            Self::Good(which) => Some(PASSWORDS[which]),
            Self::Bad(which) => Some(BAD_PASSWORDS[which]),
            Self::Missing => None,
        }
    }

    /// The body of a change of password.
    pub(crate) fn body(self, as_text: bool) -> Body {
        match (self.text(), as_text) {
            (Some(text), true) => Body::Text(text.to_owned()),
            (Some(text), false) => Body::Json(text.into()),
            // As the generated clients send it, and as an empty string.
            (None, true) => Body::None,
            (None, false) => Body::Json("".into()),
        }
    }
}
