//! Issuing an API key.

use async_trait::async_trait;
use dqops_users_domain::{
    ApiKey, ApiKeyId, Email, Permission, Token, TokenDigest, TokenKind, UserId, audit::Action,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

/// How long a key is to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyLifetime {
    /// As long as is the custom of this directory.
    #[default]
    Default,
    /// So long.
    For(SignedDuration),
    /// Until it is revoked.
    Unlimited,
}

/// What key is wanted.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Whose; the caller's own when absent.
    pub owner: Option<Email>,
    /// What the owner will call it.
    pub name: String,
    /// How long it is to hold.
    pub lifetime: KeyLifetime,
}

/// A key that was issued. The token is shown now and never again.
#[derive(Debug)]
pub struct IssuedKey {
    /// The credential.
    pub token: Token,
    /// What is known of it.
    pub key: ApiKey,
}

/// Keys that a user may have at once.
const MAX_KEYS: usize = 1000;

/// Characters in the name of a key at the most.
const MAX_NAME_LENGTH: usize = 100;

impl Directory {
    /// Issues an API key of the caller. Only the local operator can issue one for somebody else.
    ///
    /// # Errors
    /// [`ServiceError::NoOwner`] when there is no user behind the caller,
    /// [`ServiceError::UserNotFound`], [`ServiceError::InvalidField`] for a bad name, and
    /// [`ServiceError::PermissionDenied`].
    pub async fn issue_api_key(
        &self,
        caller: &Caller,
        wanted: NewKey,
    ) -> Result<IssuedKey, ServiceError> {
        caller.must(Permission::View)?;
        let name = wanted.name.trim().to_owned();
        if name.is_empty()
            || name.chars().count() > MAX_NAME_LENGTH
            || name.contains(char::is_control)
        {
            let rule =
                format!("1 to {MAX_NAME_LENGTH} characters, none of them a control character");
            return Err(ServiceError::invalid("name", &rule));
        }
        let limits = self.shared.api_keys;
        let is_bound = !caller.is_local_operator();
        let lifetime = match wanted.lifetime {
            KeyLifetime::Default => Some(limits.usual),
            KeyLifetime::For(length) if !length.is_positive() => {
                return Err(ServiceError::invalid("days", "must be at least 1"));
            }
            KeyLifetime::For(length) if is_bound && length > limits.longest => {
                let days = limits.longest.as_hours() / 24;
                return Err(ServiceError::invalid("days", &format!("must be at most {days}")));
            }
            KeyLifetime::For(length) => Some(length),
            KeyLifetime::Unlimited if is_bound && !limits.may_never_expire => {
                return Err(ServiceError::invalid("neverExpires", "is not allowed here"));
            }
            KeyLifetime::Unlimited => None,
        };
        let own = caller.user().map(|user| &user.email);
        let owner = wanted.owner.as_ref().or(own).ok_or(ServiceError::NoOwner)?.clone();
        let token = Token::from_random(TokenKind::ApiKey, &self.shared.ambient.random());
        let digest = token.digest();
        let key = self.make(caller, Issue { owner, name, lifetime, digest }).await?;
        Ok(IssuedKey { token, key })
    }
}

struct Issue {
    owner: Email,
    name: String,
    lifetime: Option<SignedDuration>,
    digest: TokenDigest,
}

#[async_trait]
impl Change for Issue {
    type Done = ApiKey;

    fn authorise(&self, caller: &Caller) -> Result<(), ServiceError> {
        let is_own = caller.user().is_some_and(|user| user.email == self.owner);
        if is_own || caller.is_local_operator() {
            caller.must(Permission::View)
        } else {
            Err(ServiceError::PermissionDenied(Permission::ManageAccount))
        }
    }

    async fn make(&self, work: &mut Work<'_>) -> Result<ApiKey, ServiceError> {
        work.issue_api_key(&self.owner, &self.name, self.lifetime, &self.digest).await
    }
}

impl Work<'_> {
    /// Adds a key and its audit entry.
    pub(crate) async fn issue_api_key(
        &mut self,
        owner: &Email,
        name: &str,
        lifetime: Option<SignedDuration>,
        digest: &TokenDigest,
    ) -> Result<ApiKey, ServiceError> {
        let expires_at = lifetime
            .map(|length| self.now.checked_add(length))
            .transpose()
            .map_err(|_| ServiceError::invalid("days", "is too long"))?;
        let user = self.user(owner).await?.id;
        self.make_room_for_api_key(user).await?;
        let key = ApiKey {
            id: ApiKeyId(self.ambient.new_id()),
            owner: user,
            name: name.to_owned(),
            created_at: self.now,
            expires_at,
            last_used_at: None,
        };
        self.unit.insert_api_key(&key, digest).await?;
        let after = json!({"id": key.id, "name": key.name, "expiresAt": key.expires_at});
        self.audit(Action::ApiKeyIssued, owner, None, Some(after)).await?;
        Ok(key)
    }

    /// Clears away the user's keys that have expired; the others may not be too many.
    async fn make_room_for_api_key(&mut self, user: UserId) -> Result<(), ServiceError> {
        let keys = self.unit.api_keys(Some(user)).await?;
        let (valid, expired): (Vec<_>, Vec<_>) =
            keys.into_iter().partition(|(key, _)| key.is_valid_at(self.now));
        if valid.len() >= MAX_KEYS {
            return Err(ServiceError::TooManyKeys);
        }
        for (key, _) in expired {
            self.unit.delete_api_key(key.id).await?;
        }
        Ok(())
    }
}
