//! Making a password link, by an admin.

use async_trait::async_trait;
use dqops_users_domain::{
    Email, PasswordLink, Permission, Token, TokenDigest, TokenKind, UserId, audit::Action,
};
use jiff::Timestamp;
use serde_json::json;

use super::mail::Mailing;
use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

/// A password link that was made. The token is shown now and never again.
#[derive(Debug)]
pub struct IssuedLink {
    /// The secret part of the link.
    pub token: Token,
    /// What is known of it.
    pub link: PasswordLink,
}

impl Directory {
    /// Makes a password link of the user `email`, in place of an earlier one.
    ///
    /// # Errors
    /// [`ServiceError::UserNotFound`]; [`ServiceError::PermissionDenied`] to those who are no admin.
    pub async fn issue_password_link(
        &self,
        caller: &Caller,
        email: &Email,
    ) -> Result<IssuedLink, ServiceError> {
        let token = self.new_link_token();
        let digest = token.digest();
        let link = self.make(caller, Issue { email: email.clone(), digest }).await?;
        Ok(IssuedLink { token, link })
    }

    /// Makes a password link and mails it to its user.
    ///
    /// # Errors
    /// As [`Directory::issue_password_link`]; [`ServiceError::NoMail`] when no mail can be sent;
    /// [`ServiceError::MailNotSent`] when the link was made but not mailed.
    pub async fn mail_password_link(
        &self,
        caller: &Caller,
        email: &Email,
    ) -> Result<IssuedLink, ServiceError> {
        caller.must(Permission::ManageAccount)?;
        self.mailing()?;
        let issued = self.issue_password_link(caller, email).await?;
        self.mail_issued_link(email, &issued).await?;
        Ok(issued)
    }

    /// Mails a link that was made before to its user.
    ///
    /// # Errors
    /// [`ServiceError::NoMail`], [`ServiceError::MailNotSent`].
    pub async fn mail_issued_link(
        &self,
        email: &Email,
        issued: &IssuedLink,
    ) -> Result<(), ServiceError> {
        self.mailing()?.send_link(email, issued).await
    }

    pub(super) fn mailing(&self) -> Result<&Mailing, ServiceError> {
        self.shared.mailing.as_ref().ok_or(ServiceError::NoMail)
    }

    pub(super) fn new_link_token(&self) -> Token {
        Token::from_random(TokenKind::PasswordLink, &self.shared.ambient.random())
    }
}

struct Issue {
    email: Email,
    digest: TokenDigest,
}

#[async_trait]
impl Change for Issue {
    type Done = PasswordLink;

    async fn make(&self, work: &mut Work<'_>) -> Result<PasswordLink, ServiceError> {
        let user = work.user(&self.email).await?;
        work.issue_password_link(user.id, &self.email, &self.digest, false).await
    }
}

impl Work<'_> {
    /// Keeps a link and adds the audit entry. An admin's takes the place of all others of the user, one
    /// that was asked for only of an earlier one that was.
    pub(super) async fn issue_password_link(
        &mut self,
        user: UserId,
        email: &Email,
        digest: &TokenDigest,
        is_requested: bool,
    ) -> Result<PasswordLink, ServiceError> {
        let expires_at = self.now.checked_add(self.password_link_lifetime);
        let expires_at = expires_at.unwrap_or(Timestamp::MAX);
        let link = PasswordLink { user, is_requested, created_at: self.now, expires_at };
        if !is_requested {
            // An admin's link ends all others: a mailbox may be in the wrong hands.
            self.unit.delete_password_links(user).await?;
        }
        self.unit.set_password_link(&link, digest).await?;
        let after = json!({"expiresAt": link.expires_at});
        self.audit(Action::PasswordLinkIssued, email, None, Some(after)).await?;
        Ok(link)
    }
}
