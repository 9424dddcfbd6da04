//! Ending sessions: signing out, here or everywhere; they are refused from the next request on.

use async_trait::async_trait;
use dqops_users_domain::{Email, Permission, SessionId, UserId, audit::Action};
use serde_json::json;

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Ends the session by which the caller acts.
    ///
    /// # Errors
    /// [`ServiceError::SessionNotFound`] when the caller shows no session.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), ServiceError> {
        let id = caller.session().ok_or(ServiceError::SessionNotFound)?;
        self.make(caller, SignOut { id }).await
    }

    /// Ends a session: one's own, or as an admin anyone's.
    ///
    /// # Errors
    /// [`ServiceError::SessionNotFound`], also for a session that the caller may not see.
    pub async fn end_session(&self, caller: &Caller, id: SessionId) -> Result<(), ServiceError> {
        self.make(caller, End { id, user: None }).await
    }

    /// The same for a session that must be of `user`, as where an address names both.
    ///
    /// # Errors
    /// [`ServiceError::SessionNotFound`], also for a session of somebody else.
    pub async fn end_session_of(
        &self,
        caller: &Caller,
        user: &Email,
        id: SessionId,
    ) -> Result<(), ServiceError> {
        self.make(caller, End { id, user: Some(user.clone()) }).await
    }

    /// Ends all sessions of `user`, the caller's own included, and answers how many there were.
    ///
    /// # Errors
    /// [`ServiceError::UserNotFound`]; [`ServiceError::PermissionDenied`] to those who are neither an
    /// admin nor that user.
    pub async fn end_sessions(&self, caller: &Caller, user: &Email) -> Result<u64, ServiceError> {
        self.make(caller, EndAll { user: user.clone() }).await
    }
}

struct SignOut {
    id: SessionId,
}

#[async_trait]
impl Change for SignOut {
    type Done = ();

    fn authorise(&self, _: &Caller) -> Result<(), ServiceError> {
        // Also for those who have no right any more.
        Ok(())
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        let user = work.caller.user().map(|user| user.email.clone());
        work.unit.delete_session(self.id).await?;
        let before = json!({"session": self.id});
        let subject = user.ok_or(ServiceError::SessionNotFound)?;
        work.audit(Action::SignedOut, subject, Some(before), None).await
    }
}

struct End {
    id: SessionId,
    /// Whose it must be, if that was said.
    user: Option<Email>,
}

#[async_trait]
impl Change for End {
    type Done = ();

    fn authorise(&self, caller: &Caller) -> Result<(), ServiceError> {
        caller.must(Permission::View)
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        let found = work.unit.find_session(self.id).await?;
        let (session, user) = found.ok_or(ServiceError::SessionNotFound)?;
        let is_named = self.user.as_ref().is_none_or(|named| *named == user);
        if !is_named || work.caller.must_own(Some(&user)).is_err() {
            return Err(ServiceError::SessionNotFound);
        }
        work.unit.delete_session(session.id).await?;
        work.audit_end(&user, 1).await
    }
}

struct EndAll {
    user: Email,
}

#[async_trait]
impl Change for EndAll {
    type Done = u64;

    fn authorise(&self, caller: &Caller) -> Result<(), ServiceError> {
        caller.must_own(Some(&self.user))
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<u64, ServiceError> {
        let user = work.user(&self.user).await?;
        work.end_sessions(user.id, &user.email, None).await
    }
}

impl Work<'_> {
    /// Ends the sessions of a user but for one that is spared, and answers how many.
    pub(crate) async fn end_sessions(
        &mut self,
        user: UserId,
        email: &Email,
        spared: Option<SessionId>,
    ) -> Result<u64, ServiceError> {
        let mut ended = 0;
        for (session, _) in self.unit.sessions(Some(user)).await? {
            if Some(session.id) != spared {
                self.unit.delete_session(session.id).await?;
                ended += 1;
            }
        }
        if ended > 0 {
            self.audit_end(email, ended).await?;
        }
        Ok(ended)
    }

    async fn audit_end(&mut self, user: &Email, sessions: u64) -> Result<(), ServiceError> {
        let before = json!({"sessions": sessions});
        self.audit(Action::SessionsEnded, user, Some(before), None).await
    }
}
