//! The first admin, made by whoever holds the one-time set-up code.

use async_trait::async_trait;
use dqops_users_domain::{Email, Password, PasswordHash, Token, TokenDigest, TokenKind};

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

/// The first admin, and the way in.
#[derive(Debug)]
pub struct FirstAdmin {
    /// Who it is.
    pub email: Email,
    /// An API key of the admin's.
    pub api_key: Token,
}

/// The name of the first admin's key.
const KEY_NAME: &str = "set-up";

impl Directory {
    /// Makes the first admin. Of any number of attempts exactly one succeeds, ever.
    ///
    /// # Errors
    /// [`ServiceError::WrongSetupCode`], [`ServiceError::AlreadySetUp`],
    /// [`ServiceError::PasswordRejected`], [`ServiceError::Overloaded`].
    pub async fn set_up(
        &self,
        code: &str,
        email: Email,
        password: Option<Password>,
    ) -> Result<FirstAdmin, ServiceError> {
        let api_key = Token::from_random(TokenKind::ApiKey, &self.shared.ambient.random());
        self.make_first_admin(code, &email, password, Some(api_key.digest())).await?;
        Ok(FirstAdmin { email, api_key })
    }

    /// Makes the first admin, who will sign in with the password and needs no API key.
    ///
    /// # Errors
    /// As [`Directory::set_up`].
    pub async fn set_up_with_password(
        &self,
        code: &str,
        email: &Email,
        password: Password,
    ) -> Result<(), ServiceError> {
        self.make_first_admin(code, email, Some(password), None).await
    }

    /// Whether the directory waits for its first admin.
    ///
    /// # Errors
    /// The storage's error.
    pub async fn needs_set_up(&self) -> Result<bool, ServiceError> {
        Ok(self.storage.read().await?.count_admins().await? == 0)
    }

    async fn make_first_admin(
        &self,
        code: &str,
        email: &Email,
        password: Option<Password>,
        key: Option<TokenDigest>,
    ) -> Result<(), ServiceError> {
        let code = TokenDigest::of(code.trim_ascii());
        // Before any hashing: a wrong code must not cost more than a look-up.
        let mut reader = self.storage.read().await?;
        check(reader.is_setup_code(&code).await?, reader.count_admins().await?)?;
        drop(reader);
        let hash = match password {
            Some(password) => Some(self.shared.passwords.prepare(password, email).await?),
            None => None,
        };
        self.make(&Caller::set_up(), SetUp { code, email: email.clone(), hash, key }).await
    }
}

fn check(is_code: bool, admins: u64) -> Result<(), ServiceError> {
    if admins > 0 {
        Err(ServiceError::AlreadySetUp)
    } else if is_code {
        Ok(())
    } else {
        Err(ServiceError::WrongSetupCode)
    }
}

struct SetUp {
    code: TokenDigest,
    email: Email,
    hash: Option<PasswordHash>,
    key: Option<TokenDigest>,
}

#[async_trait]
impl Change for SetUp {
    type Done = ();

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        let is_code = work.unit.is_setup_code(&self.code).await?;
        check(is_code, work.unit.count_admins().await?)?;
        work.make_admin(&self.email, self.hash.as_ref()).await?;
        if let Some(key) = &self.key {
            let lifetime = work.api_keys.usual;
            work.issue_api_key(&self.email, KEY_NAME, Some(lifetime), key).await?;
        }
        Ok(work.unit.clear_setup_codes().await?)
    }
}
