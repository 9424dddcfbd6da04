//! Mailing a password link: the port through which mail leaves, and what the mail says.

use std::{error::Error, fmt, sync::Arc};

use async_trait::async_trait;
use dqops_users_domain::Email;

use super::IssuedLink;
use crate::ServiceError;

/// A mail to one user.
#[derive(Clone)]
pub struct Mail {
    /// To whom.
    pub to: Email,
    /// The subject.
    pub subject: String,
    /// The text, which may hold a secret.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail(to {})", self.to)
    }
}

/// Why a mail was not sent, for the log.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the mail was not sent: {0}")]
pub struct MailError(Arc<dyn Error + Send + Sync>);

impl MailError {
    /// A mail was not sent because of `cause`.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over to whoever delivers it.
    async fn send(&self, mail: Mail) -> Result<(), MailError>;
}

/// How password links are mailed.
#[derive(Clone)]
pub struct Mailing {
    /// Sends the mail.
    pub mailer: Arc<dyn Mailer>,
    /// What a link begins with; its token follows. It comes from a setting, never from a request:
    /// whoever asks for a mail to somebody else must not choose where its link leads.
    pub link_base: String,
}

impl fmt::Debug for Mailing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailing({})", self.link_base)
    }
}

impl Mailing {
    pub(super) async fn send_link(
        &self,
        to: &Email,
        issued: &IssuedLink,
    ) -> Result<(), ServiceError> {
        let until = issued.link.expires_at.strftime("%Y-%m-%d %H:%M UTC");
        let text = format!(
            "Hello,\n\n{reason} With this link you set the password by which you sign in to DQOps as {to}:\n\n\
             {base}{token}\n\n\
             It works once, until {until}. If you did not expect this mail, you can ignore it:\n\
             nothing changes unless the link is used.\n",
            reason = if issued.link.is_requested {
                "somebody, perhaps you, asked for this mail on the page for forgotten passwords."
            } else {
                "an administrator of DQOps sends you this."
            },
            base = self.link_base,
            token = issued.token.expose(),
        );
        let subject = "Set your DQOps password".to_owned();
        let sent = self.mailer.send(Mail { to: to.clone(), subject, text }).await;
        sent.map_err(|error| {
            tracing::warn!(%error, "a password link could not be mailed");
            ServiceError::MailNotSent
        })
    }
}
