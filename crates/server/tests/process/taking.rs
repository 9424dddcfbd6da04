//! What takes away what somebody may do, and the credentials that were good until then.

use serde_json::json;

use crate::{
    client::{Client, patiently},
    people::{OTHER_PASSWORD, PASSWORD, address, redeem, reset_password, sign_in},
    stage::Stage,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taking {
    /// By the user, in another session.
    PasswordChange,
    /// By an admin, or by a link.
    Reset,
    Deletion,
    Demotion,
    /// Of a key, or of a session.
    Revocation,
    /// On the command line.
    RevokingCommand,
}

/// What will be done, once.
type Deed<'s> = Box<dyn FnOnce() + 's>;

impl Taking {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::PasswordChange => "password change",
            Self::Reset => "password reset",
            Self::Deletion => "deletion",
            Self::Demotion => "demotion",
            Self::Revocation => "revocation of a key or session",
            Self::RevokingCommand => "revocation on the command line",
        }
    }

    /// Whether the password that was good until then is taken away as well.
    pub(crate) const fn ends_the_password(self) -> bool {
        !matches!(self, Self::Revocation | Self::RevokingCommand)
    }

    /// The credentials of an admin who has [`PASSWORD`], and what takes them away.
    pub(crate) fn prepare<'s>(
        self,
        stage: &'s Stage,
        user: &str,
        round: usize,
    ) -> (Vec<Client>, Deed<'s>) {
        let here = stage.server.anonymous().from(&address(round));
        let (session, is_even) = (sign_in(&here, user, PASSWORD), round.is_multiple_of(2));
        let (path, email) = (format!("/api/users/{user}"), user.to_owned());
        match self {
            Self::PasswordChange => {
                let other = sign_in(&here, user, PASSWORD);
                let set = move || {
                    let set = || other.put_text("/api/mypassword", OTHER_PASSWORD);
                    patiently(set).gives(204);
                };
                (vec![session], Box::new(set))
            }
            Self::Reset if is_even => {
                let reset = move || drop(reset_password(stage, &email, OTHER_PASSWORD).gives(204));
                (vec![session], Box::new(reset))
            }
            Self::Reset => {
                let made = stage.admin.send("POST", &format!("{path}/passwordlink"), None).unwrap();
                let link = made.gives(201).json()["link"].as_str().unwrap().to_owned();
                (
                    vec![session],
                    Box::new(move || redeem(&stage.server.anonymous(), &link, OTHER_PASSWORD)),
                )
            }
            Self::Deletion => {
                let delete = move || drop(stage.admin.delete(&path).gives(204));
                (vec![key_of(&session).0, session], Box::new(delete))
            }
            Self::Demotion => {
                let lower = json!({"email": user, "accountRole": "none"});
                let demote = move || drop(stage.admin.put(&path, &lower).gives(204));
                (vec![key_of(&session).0, session], Box::new(demote))
            }
            Self::Revocation => {
                let (credential, path) = if is_even {
                    let (key, id) = key_of(&session);
                    (key, format!("/api/keys/{id}"))
                } else {
                    let sessions = session.get("/api/sessions").gives(200).json();
                    let id = sessions[0]["id"].as_str().unwrap().to_owned();
                    (session, format!("/api/sessions/{id}"))
                };
                let revoke = move || drop(stage.admin.delete(&path).gives(204));
                (vec![credential], Box::new(revoke))
            }
            Self::RevokingCommand => {
                let (key, id) = key_of(&session);
                let revoke = move || drop(stage.place.cli(&["api-key", "revoke", &id]).succeeds());
                (vec![key], Box::new(revoke))
            }
        }
    }
}

/// A key that the caller issues, and its id.
pub(crate) fn key_of(caller: &Client) -> (Client, String) {
    let made = caller.post("/api/keys", &json!({"name": "key"})).gives(201).json();
    (caller.by(made["apiKey"].as_str().unwrap()), made["id"].as_str().unwrap().to_owned())
}
