//! Setting a password by a link, which uses the link up.

use std::net::IpAddr;

use async_trait::async_trait;
use dqops_users_domain::{Email, Password, PasswordHash, TokenDigest};

use super::look::open_link;
use crate::{
    Caller, Directory, ServiceError,
    sessions::Throttle,
    work::{Change, Work},
};

impl Directory {
    /// Sets the password of the link's user, ends all sessions of that user, and uses the link up.
    /// A password that is refused uses nothing up. Of many attempts at once one succeeds. From then on the
    /// address is known for the user: what others try elsewhere keeps nobody out who holds a link.
    ///
    /// # Errors
    /// [`ServiceError::PasswordLinkNotFound`], [`ServiceError::MissingField`],
    /// [`ServiceError::PasswordRejected`], [`ServiceError::Overloaded`].
    pub async fn redeem_password_link(
        &self,
        token: &str,
        password: Option<Password>,
        address: IpAddr,
    ) -> Result<Email, ServiceError> {
        // Before any hashing: a wrong token must not cost more than a look-up.
        let (email, _) = self.look_at_password_link(token).await?;
        let password = password.ok_or(ServiceError::MissingField("password"))?;
        let hash = self.shared.passwords.prepare(password, &email).await?;
        let redeem = Redeem { digest: TokenDigest::of(token), hash, address };
        self.make(&Caller::link_holder(email), redeem).await
    }
}

struct Redeem {
    digest: TokenDigest,
    hash: PasswordHash,
    address: IpAddr,
}

#[async_trait]
impl Change for Redeem {
    type Done = Email;

    fn authorise(&self, _: &Caller) -> Result<(), ServiceError> {
        // The token is looked for again under the lock.
        Ok(())
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<Email, ServiceError> {
        let (link, email) = open_link(work.unit, &self.digest, work.now).await?;
        work.set_password(link.user, &email, &self.hash).await?;
        Throttle::of(email.as_str(), self.address).know(work.unit, work.now).await?;
        Ok(email)
    }
}
