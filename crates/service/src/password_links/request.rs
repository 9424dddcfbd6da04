//! "Forgot password": anyone asks for a link, and only the user's own mailbox learns whether it came.

use std::net::IpAddr;

use async_trait::async_trait;
use dqops_users_domain::{Email, PasswordLink, Permission, TokenDigest};
use dqops_users_storage::{Mutation, UnitOfWork};
use jiff::Timestamp;

use super::IssuedLink;
use crate::{
    Caller, Directory, ServiceError,
    sessions::Throttle,
    work::{Change, Work},
};

impl Directory {
    /// Whether links can be mailed.
    #[must_use]
    pub fn can_mail(&self) -> bool {
        self.shared.mailing.is_some()
    }

    /// Mails a password link to the user with that email, if there is one who may sign in. The answer
    /// is the same whoever is asked for, and comes before anything is looked up.
    ///
    /// # Errors
    /// [`ServiceError::NoMail`] when no mail can be sent, [`ServiceError::TooManyAttempts`].
    pub async fn request_password_link(
        &self,
        email: &str,
        address: IpAddr,
    ) -> Result<(), ServiceError> {
        self.mailing()?;
        let now = self.shared.ambient.now();
        let throttle = Throttle::of_link_request(email, address);
        throttle.check(&mut *self.storage.read().await?, now).await?;
        self.storage.write(Ask { throttle, now }).await?;
        if let Ok(email) = email.parse::<Email>() {
            let directory = self.clone();
            tokio::spawn(async move {
                match directory.mail_requested_link(&email).await {
                    // The log says no more than the answer: there may be no such user.
                    Ok(()) | Err(ServiceError::UserNotFound(_) | ServiceError::MailNotSent) => {}
                    Err(error) => tracing::warn!(%error, "a requested link was not mailed"),
                }
            });
        }
        Ok(())
    }

    async fn mail_requested_link(&self, email: &Email) -> Result<(), ServiceError> {
        let token = self.new_link_token();
        let digest = token.digest();
        let issue = IssueRequested { email: email.clone(), digest };
        let link = self.make(&Caller::nobody(), issue).await?;
        self.mail_issued_link(email, &IssuedLink { token, link }).await
    }
}

/// Takes a place for a request.
struct Ask {
    throttle: Throttle,
    now: Timestamp,
}

#[async_trait]
impl Mutation for Ask {
    type Kept = ();
    type Refused = ServiceError;

    async fn apply(&self, unit: &mut dyn UnitOfWork) -> Result<(), ServiceError> {
        self.throttle.take(unit, self.now).await?;
        Ok(())
    }
}

struct IssueRequested {
    email: Email,
    digest: TokenDigest,
}

#[async_trait]
impl Change for IssueRequested {
    type Done = PasswordLink;

    fn authorise(&self, _: &Caller) -> Result<(), ServiceError> {
        // Anyone may ask; the link goes to its user alone.
        Ok(())
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<PasswordLink, ServiceError> {
        let user = work.user(&self.email).await?;
        if !user.roles.account.grants(Permission::View) {
            return Err(ServiceError::UserNotFound(self.email.clone()));
        }
        work.issue_password_link(user.id, &self.email, &self.digest, true).await
    }
}
