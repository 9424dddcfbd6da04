//! The start of the directory: the evaluation begins, and a set-up code is opened while there is no
//! admin.

use async_trait::async_trait;
use dqops_users_domain::{Token, TokenDigest, TokenKind};

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Notes the first start, from which the evaluation counts, and the time; and seals what of the
    /// audit trail is older than its chain.
    ///
    /// # Errors
    /// The storage's error.
    pub async fn start(&self) -> Result<(), ServiceError> {
        let has_more = self.make(&Caller::directory(), Start).await?;
        if has_more { self.seal_audit().await } else { Ok(()) }
    }

    /// Notes the time, so that a clock that is set back later is noticed.
    ///
    /// # Errors
    /// The storage's error.
    pub async fn note_time(&self) -> Result<(), ServiceError> {
        self.make(&Caller::directory(), NoteTime).await
    }

    /// Opens a set-up code while the directory has no admin. Each replica opens its own; all are
    /// closed by the first that is used.
    ///
    /// # Errors
    /// The storage's error.
    pub async fn open_setup_code(&self) -> Result<Option<Token>, ServiceError> {
        if self.storage.read().await?.count_admins().await? > 0 {
            return Ok(None);
        }
        let token = Token::from_random(TokenKind::SetupCode, &self.shared.ambient.random());
        let digest = token.digest();
        let is_open = self.make(&Caller::directory(), OpenCode { digest }).await?;
        Ok(is_open.then_some(token))
    }
}

struct Start;

#[async_trait]
impl Change for Start {
    type Done = bool;

    async fn make(&self, work: &mut Work<'_>) -> Result<bool, ServiceError> {
        if work.record.started_at.is_none() {
            work.unit.set_started_at(work.now).await?;
        }
        work.seal_some_audit().await
    }
}

/// Nothing by itself: every change notes the time when that was long ago.
struct NoteTime;

#[async_trait]
impl Change for NoteTime {
    type Done = ();

    async fn make(&self, work: &mut Work<'_>) -> Result<(), ServiceError> {
        if work.licence_time > work.now {
            tracing::warn!(
                now = %work.now, latest = %work.licence_time,
                "the clock was set back by more than a day; the licence is judged by the latest known time"
            );
        }
        Ok(())
    }
}

struct OpenCode {
    digest: TokenDigest,
}

#[async_trait]
impl Change for OpenCode {
    type Done = bool;

    async fn make(&self, work: &mut Work<'_>) -> Result<bool, ServiceError> {
        if work.unit.count_admins().await? > 0 {
            return Ok(false);
        }
        work.unit.add_setup_code(&self.digest, work.now).await?;
        Ok(true)
    }
}
