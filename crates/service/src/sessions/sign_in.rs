//! Signing in: from email and password to a session.

use std::net::IpAddr;

use async_trait::async_trait;
use dqops_users_domain::{
    Email, Password, PasswordHash, Permission, Session, SessionId, Token, TokenDigest, TokenKind,
    User, audit::Action,
};
use dqops_users_storage::{Mutation, StorageError, UnitOfWork};
use jiff::Timestamp;
use serde_json::json;

use super::throttle::Throttle;
use crate::{
    Caller, Directory, ServiceError,
    access::{Credential, Holder},
    work::{Change, Work},
};

/// An attempt to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The email, as it was typed.
    pub email: String,
    /// The password; `None` for what cannot be anybody's.
    pub password: Option<Password>,
    /// From where.
    pub address: IpAddr,
    /// With what, by its own words.
    pub client: String,
}

/// A session that was begun. The token is shown now and never again.
#[derive(Debug)]
pub struct SignedIn {
    /// The credential.
    pub token: Token,
    /// What is known of the session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
}

/// Characters of a client's own words that are kept.
const MAX_CLIENT: usize = 200;

/// Sessions that a user may have at once; the oldest gives way.
const MAX_SESSIONS: usize = 100;

impl Directory {
    /// Begins a session. The failed attempts stay in the audit trail.
    ///
    /// # Errors
    /// [`ServiceError::SignInRefused`], [`ServiceError::TooManyAttempts`],
    /// [`ServiceError::Overloaded`].
    pub async fn sign_in(&self, attempt: SignIn) -> Result<SignedIn, ServiceError> {
        let answer = self.try_to_sign_in(attempt).await;
        self.shared.figures.count_sign_in(&answer);
        answer
    }

    async fn try_to_sign_in(&self, attempt: SignIn) -> Result<SignedIn, ServiceError> {
        let _place = self.shared.passwords.enter()?;
        let SignIn { email, password, address, .. } = &attempt;
        let known = self.verify_throttled(email, password.as_ref(), *address).await?;
        let throttle = known.throttle.clone();
        match self.begin_session(&attempt, known).await {
            Err(ServiceError::SignInRefused) => {}
            answer => return answer,
        }
        // Once more: the stored hash was replaced in the meantime, perhaps only by a stronger one.
        let again = match self.verify_in_place(email, password.as_ref(), throttle).await {
            Ok(known) => self.begin_session(&attempt, known).await,
            Err(error) => Err(error),
        };
        match again {
            Err(ServiceError::SignInRefused) => Err(self.note_failure(email, *address).await),
            answer => answer,
        }
    }

    /// Takes a place for an attempt and verifies. The failed attempts stay in the audit trail.
    pub(crate) async fn verify_throttled(
        &self,
        email: &str,
        password: Option<&Password>,
        address: IpAddr,
    ) -> Result<Known, ServiceError> {
        let now = self.shared.ambient.now();
        let throttle = Throttle::of(email, address);
        // First without the lock: who must wait, costs no write.
        throttle.check(&mut *self.storage.read().await?, now).await?;
        // Who cannot be looked at soon, costs none either.
        let _place = self.shared.passwords.place()?;
        let throttle = self.storage.write(Attempt { throttle, now }).await?;
        match self.verify_in_place(email, password, throttle).await {
            Err(ServiceError::SignInRefused) => Err(self.note_failure(email, address).await),
            answer => answer,
        }
    }

    async fn verify_in_place(
        &self,
        email: &str,
        password: Option<&Password>,
        throttle: Throttle,
    ) -> Result<Known, ServiceError> {
        let password = password.cloned().ok_or(ServiceError::SignInRefused)?;
        match self.verify(email, password).await {
            Ok((user, hash)) => Ok(Known { user, hash, throttle }),
            Err(ServiceError::SignInRefused) => Err(ServiceError::SignInRefused),
            Err(error) => {
                // The password was not looked at, so this attempt did not count.
                self.give_back(throttle).await;
                Err(error)
            }
        }
    }

    /// Gives the place of an attempt back.
    pub(crate) async fn give_back(&self, throttle: Throttle) {
        if let Err(error) = self.storage.write(GiveBack { throttle }).await {
            tracing::debug!(%error, "an attempt to sign in stays counted");
        }
    }

    /// Keeps a failed attempt in the audit trail; answers the refusal.
    async fn note_failure(&self, email: &str, address: IpAddr) -> ServiceError {
        let noted = self.make(&Caller::nobody(), NoteFailure::of(email, address)).await;
        noted.err().unwrap_or(ServiceError::SignInRefused)
    }

    async fn begin_session(
        &self,
        attempt: &SignIn,
        Known { user, hash, throttle }: Known,
    ) -> Result<SignedIn, ServiceError> {
        let token = Token::from_random(TokenKind::Session, &self.shared.ambient.random());
        let client = attempt.client.chars().filter(|c| !c.is_control()).take(MAX_CLIENT).collect();
        let begin = Begin {
            throttle,
            user,
            hash,
            digest: token.digest(),
            address: attempt.address.to_canonical().to_string(),
            client,
        };
        let (session, user) = self.make(&Caller::nobody(), begin).await?;
        Ok(SignedIn { token, session, user })
    }
}

/// Who it is, by a password that was verified.
pub(crate) struct Known {
    pub(crate) user: User,
    pub(crate) hash: PasswordHash,
    /// The place that the attempt took, to be given back.
    pub(crate) throttle: Throttle,
}

/// Takes a place for an attempt, which its password is looked at in return for.
struct Attempt {
    throttle: Throttle,
    now: Timestamp,
}

#[async_trait]
impl Mutation for Attempt {
    type Kept = Throttle;
    type Refused = ServiceError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<Throttle, ServiceError> {
        self.throttle.take(unit, self.now).await
    }
}

struct GiveBack {
    throttle: Throttle,
}

#[async_trait]
impl Mutation for GiveBack {
    type Kept = ();
    type Refused = StorageError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<(), StorageError> {
        self.throttle.give_back(unit).await
    }
}

/// Keeps a failed attempt in the audit trail.
struct NoteFailure {
    subject: String,
    address: IpAddr,
}

impl NoteFailure {
    fn of(email: &str, address: IpAddr) -> Self {
        // Who types the password in the place of the email must not find it in the trail.
        let email = email.parse::<Email>();
        let subject = email.map_or_else(|_| "(not an email)".to_owned(), String::from);
        Self { subject, address: address.to_canonical() }
    }
}

#[async_trait]
impl Change for NoteFailure {
    type Done = ();

    fn authorise(&self, _: &Caller) -> Result<(), ServiceError> {
        Ok(())
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        let after = json!({"address": self.address});
        work.audit(Action::SignInFailed, &self.subject, None, Some(after)).await
    }
}

struct Begin {
    throttle: Throttle,
    user: User,
    hash: PasswordHash,
    digest: TokenDigest,
    address: String,
    client: String,
}

#[async_trait]
impl Change for Begin {
    type Done = (Session, User);

    fn authorise(&self, _: &Caller) -> Result<(), ServiceError> {
        Ok(())
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<(Session, User), ServiceError> {
        // The password may have been changed, and the user deleted or deprived of all rights, while
        // the hash was computed.
        let found = work.unit.find_user(&self.user.email).await?;
        let user =
            found.filter(|user| user.id == self.user.id).ok_or(ServiceError::SignInRefused)?;
        let is_unchanged = work.unit.password_hash(user.id).await?.as_ref() == Some(&self.hash);
        if !is_unchanged || !user.roles.account.grants(Permission::View) {
            return Err(ServiceError::SignInRefused);
        }
        self.throttle.give_back(work.unit).await?;
        self.throttle.know(work.unit, work.now).await?;
        work.make_room_for_session(&user).await?;
        let ends_at = work.now.checked_add(work.sessions.length);
        let session = Session {
            id: SessionId(work.ambient.new_id()),
            user: user.id,
            created_at: work.now,
            last_used_at: work.now,
            ends_at: ends_at.unwrap_or(Timestamp::MAX),
            address: self.address.clone(),
            client: self.client.clone(),
        };
        work.unit.insert_session(&session, &self.digest).await?;
        let epoch = work.record.epoch;
        let holder = Holder::new(Credential::Session(session.clone()), user.clone(), epoch);
        work.caller = Caller::holder(holder);
        let after = json!({"session": session.id, "address": session.address});
        work.audit(Action::SignedIn, &user.email, None, Some(after)).await?;
        Ok((session, user))
    }
}

impl Work<'_> {
    async fn make_room_for_session(&mut self, user: &User) -> Result<(), ServiceError> {
        self.unit.delete_ended_sessions(self.now).await?;
        let sessions = self.unit.sessions(Some(user.id)).await?;
        let surplus = (sessions.len() + 1).saturating_sub(MAX_SESSIONS);
        for (session, _) in &sessions[..surplus] {
            self.unit.delete_session(session.id).await?;
        }
        Ok(())
    }
}
