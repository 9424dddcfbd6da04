//! Mail: from its settings to the mailer by which the service sends password links.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use clap::Args;
use dqops_users_service::{Mail, MailError, Mailer, Mailing};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, MIME_VERSION_1_0},
    },
    transport::smtp::extension::ClientId,
};
use url::{Host, Url};

use crate::{public_url::PublicUrl, secret::Secret, settings::given};

/// How long the mail server may take, all in all.
const PATIENCE: Duration = Duration::from_secs(10);

/// Settings of mail.
#[derive(Args, Clone, Debug)]
pub(crate) struct MailSettings {
    /// The mail server that sends password links: `smtp://[USER:PASSWORD@]HOST[:PORT]?tls=required` with
    /// STARTTLS, `smtps://…` with TLS from the start, `smtp://…` without [default: no mail is sent]
    #[arg(long, env = "DQOPS_USERS_SMTP_URL", value_name = "URL", hide_env_values = true)]
    smtp_url: Option<Secret>,

    /// A file that holds the mail server's URL, for a URL with a password
    #[arg(long, env = "DQOPS_USERS_SMTP_URL_FILE", value_name = "FILE")]
    smtp_url_file: Option<PathBuf>,

    /// Whom mail is from, such as `dqops@example.com` or `DQOps <dqops@example.com>`
    #[arg(long, env = "DQOPS_USERS_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<String>,
}

impl MailSettings {
    pub(crate) const fn is_given(&self) -> bool {
        self.smtp_url.is_some() || self.smtp_url_file.is_some()
    }

    pub(crate) fn from(&self) -> Option<&str> {
        self.mail_from.as_deref()
    }

    /// How password links are mailed; `None` when no mail server was given.
    pub(crate) fn mailing(&self, public_url: Option<&PublicUrl>) -> Result<Option<Mailing>> {
        let url = self.smtp_url.as_ref().map(Secret::expose);
        let Some(url) = given(url, self.smtp_url_file.as_ref())? else { return Ok(None) };
        let public_url = public_url.context(
            "--smtp-url needs --public-url as well, with which mailed links begin: the address under which people reach this server, such as https://users.example.com",
        )?;
        let from = given(self.from(), None)?.context(
            "--smtp-url needs --mail-from as well: whom mail is from, such as dqops@example.com",
        )?;
        let from = from.parse().context(
            "--mail-from is no address: write dqops@example.com or DQOps <dqops@example.com>",
        )?;
        let mailer = Arc::new(SmtpMailer { transport: transport(&url, public_url)?, from });
        Ok(Some(Mailing { mailer, link_base: public_url.link_base() }))
    }
}

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The way to the mail server. What is wrong with the URL is said without repeating it.
fn transport(text: &str, public_url: &PublicUrl) -> Result<Transport> {
    const WANTED: &str = "--smtp-url cannot be used: write it as smtp://USER:PASSWORD@HOST:PORT?tls=required or smtps://USER:PASSWORD@HOST:PORT, with %40 for an @ in the password";
    let Ok(url) = Url::parse(text) else { bail!(WANTED) };
    // A misspelt parameter would otherwise mean: no encryption.
    let is_known = url.query_pairs().all(|(name, _)| name == "tls") && url.fragment().is_none();
    let (Ok(mut builder), true) = (Transport::from_url(text), is_known) else { bail!(WANTED) };
    if url.path().len() <= 1 {
        builder = builder.hello_name(hello_name(public_url));
    }
    if url.scheme() == "smtp" && url.query().is_none() && !is_here(&url) {
        tracing::warn!(
            "mail goes to its server without encryption: add ?tls=required to --smtp-url"
        );
    }
    Ok(builder.timeout(Some(PATIENCE)).build())
}

fn is_here(url: &Url) -> bool {
    // Of a scheme that is not the web's the host is not looked at any closer.
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The name by which the mail server is greeted.
fn hello_name(public_url: &PublicUrl) -> ClientId {
    match Host::parse(public_url.host()) {
        Ok(Host::Ipv4(address)) => ClientId::Ipv4(address),
        Ok(Host::Ipv6(address)) => ClientId::Ipv6(address),
        Ok(Host::Domain(_)) | Err(_) => ClientId::Domain(public_url.host().to_owned()),
    }
}

/// Hands mail to a mail server, on a connection for each.
struct SmtpMailer {
    transport: Transport,
    from: Mailbox,
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let to: Mailbox = mail.to.as_str().parse().map_err(MailError::new)?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject)
            .message_id(None) // A random one.
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text)
            .map_err(MailError::new)?;
        let sending = tokio::time::timeout(PATIENCE, self.transport.send(message));
        let late = || MailError::new(format!("it took more than {} s", PATIENCE.as_secs()));
        sending.await.map_err(|_| late())?.map(drop).map_err(|error| told(&error))
    }
}

/// What the log may tell: the status, never the words of a mail server, which may repeat the password or
/// the mail.
fn told(error: &lettre::transport::smtp::Error) -> MailError {
    let what = match error.status() {
        Some(status) => format!("the mail server refused it with {status}"),
        None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
        None if error.is_tls() => {
            "the connection to the mail server could not be encrypted".to_owned()
        }
        None if error.is_client() => {
            "the mail server does not offer what the URL asks for".to_owned()
        }
        None => "the mail server could not be reached, or broke off".to_owned(),
    };
    MailError::new(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public_url() -> PublicUrl {
        "https://users.example.com".parse().unwrap()
    }

    #[test]
    fn urls_of_mail_servers_are_read_and_never_repeated() {
        for text in [
            "smtp://localhost",
            "smtp://u:s3cret@mail.example.com:587?tls=required",
            "smtp://u:s3cret@mail.example.com?tls=opportunistic",
            "smtps://u%40example.com:s3%40cret@mail.example.com",
            "smtps://mail.example.com:465/users.example.com",
        ] {
            assert!(transport(text, &public_url()).is_ok(), "{text}");
        }
        for text in [
            "",
            "mail.example.com",
            "u:s3cret@mail.example.com",
            "http://u:s3cret@mail.example.com",
            "smtp://",
            "smtp://u:s3cret@mail.example.com?tls=yes",
            "smtp://u:s3cret@mail.example.com?tsl=required",
            "smtp://u:s3cret@mail.example.com:x",
            "smtp://u:s3cret@mail.example.com#tls",
        ] {
            let refusal = transport(text, &public_url()).unwrap_err();
            assert!(!format!("{refusal:?}").contains("s3cret"), "{refusal:?}");
        }
    }

    #[test]
    fn settings_do_not_show_the_password() {
        let settings = MailSettings {
            smtp_url: Some("smtp://u:s3cret@mail.example.com".to_owned().into()),
            smtp_url_file: None,
            mail_from: Some("DQOps <dqops@example.com>".to_owned()),
        };
        assert!(!format!("{settings:?}").contains("s3cret"));
        let mailing = settings.mailing(Some(&public_url())).unwrap().unwrap();
        assert_eq!(mailing.link_base, "https://users.example.com/password/");
        assert!(!format!("{mailing:?}").contains("s3cret"));
    }
}
