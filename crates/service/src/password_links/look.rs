//! Looking at a password link: as an admin by its user, as its holder by its token.

use dqops_users_domain::{Email, PasswordLink, Permission, TokenDigest};
use dqops_users_storage::PasswordLinkReader;
use jiff::Timestamp;

use crate::{Caller, Directory, ServiceError};

impl Directory {
    /// The password link of the user `email`, open or expired.
    ///
    /// # Errors
    /// [`ServiceError::UserNotFound`], [`ServiceError::PasswordLinkNotFound`];
    /// [`ServiceError::PermissionDenied`] to those who are no admin.
    pub async fn password_link(
        &self,
        caller: &Caller,
        email: &Email,
    ) -> Result<PasswordLink, ServiceError> {
        let (mut reader, _) =
            self.read_for(caller, |caller| caller.must(Permission::ManageAccount)).await?;
        let found = reader.find_user(email).await?;
        let user = found.ok_or_else(|| ServiceError::UserNotFound(email.clone()))?;
        let link = reader.password_link(user.id).await?;
        link.ok_or(ServiceError::PasswordLinkNotFound)
    }

    /// Whose password the link with this token sets, and what is known of it. It uses nothing up.
    ///
    /// # Errors
    /// [`ServiceError::PasswordLinkNotFound`] when the link is unknown, used, revoked, replaced or
    /// expired.
    pub async fn look_at_password_link(
        &self,
        token: &str,
    ) -> Result<(Email, PasswordLink), ServiceError> {
        let digest = TokenDigest::of(token);
        let now = self.shared.ambient.now();
        let (link, email) = open_link(&mut *self.storage.read().await?, &digest, now).await?;
        Ok((email, link))
    }
}

/// The open link with that digest and its user.
pub(super) async fn open_link<R>(
    reader: &mut R,
    digest: &TokenDigest,
    now: Timestamp,
) -> Result<(PasswordLink, Email), ServiceError>
where
    R: PasswordLinkReader + ?Sized,
{
    let found = reader.find_password_link(digest).await?;
    found.filter(|(link, _)| link.is_valid_at(now)).ok_or(ServiceError::PasswordLinkNotFound)
}
