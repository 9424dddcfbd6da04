//! Looking at sessions: one's own, or as an admin anyone's.

use dqops_users_domain::{Email, Session};

use crate::{Caller, Directory, ServiceError, users::find_owner};

/// A session and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedSession {
    /// The session.
    pub session: Session,
    /// Who signed in.
    pub user: Email,
}

impl Directory {
    /// The sessions of `user`, or of everybody, that hold now.
    ///
    /// # Errors
    /// [`ServiceError::UserNotFound`]; [`ServiceError::PermissionDenied`] to those who are neither an
    /// admin nor that user.
    pub async fn sessions(
        &self,
        caller: &Caller,
        user: Option<&Email>,
    ) -> Result<Vec<OwnedSession>, ServiceError> {
        let (mut reader, _) = self.read_for(caller, |caller| caller.must_own(user)).await?;
        let id = find_owner(&mut *reader, user).await?;
        let (now, idle) = (self.shared.ambient.now(), self.shared.sessions.idle);
        let sessions = reader.sessions(id).await?.into_iter();
        Ok(sessions
            .filter(|(session, _)| session.is_valid_at(now, idle))
            .map(|(session, user)| OwnedSession { session, user })
            .collect())
    }
}
