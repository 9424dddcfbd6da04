//! Shortcuts for password links, and a mailer that keeps what it is given.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use dqops_users_domain::{Email, Token};
use dqops_users_service::{Directory, Mail, MailError, Mailer, Mailing, ServiceError, Settings};

use crate::stage::{Stage, settings};

/// From where links are redeemed.
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

pub(crate) const LINK_BASE: &str = "https://users.example.com/password/";

/// A password link made by the local operator.
pub(crate) async fn link_for(stage: &Stage, user: &Email) -> Token {
    stage.directory.issue_password_link(&stage.operator(), user).await.unwrap().token
}

/// Whether a link is open.
pub(crate) async fn is_open(directory: &Directory, token: &str) -> bool {
    match directory.look_at_password_link(token).await {
        Ok(_) => true,
        Err(ServiceError::PasswordLinkNotFound) => false,
        Err(other) => panic!("{other:?}"),
    }
}

/// Keeps mail, or refuses it while it is told to.
#[derive(Default)]
pub(crate) struct Postbox {
    sent: Mutex<Vec<Mail>>,
    refuses: AtomicBool,
}

impl Postbox {
    pub(crate) fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.sent.lock().unwrap().clone()
    }

    /// To whom mail went, once there is as much as is expected and no more is under way.
    pub(crate) async fn receivers(&self, expected: usize) -> Vec<String> {
        while self.mails().len() < expected {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut receivers: Vec<_> = self.mails().into_iter().map(|mail| mail.to.into()).collect();
        receivers.sort();
        receivers
    }
}

#[async_trait]
impl Mailer for Postbox {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(MailError::new("mailbox full"));
        }
        self.sent.lock().unwrap().push(mail);
        Ok(())
    }
}

/// The token in a mail.
pub(crate) fn token_in(mail: &Mail) -> String {
    let line = mail.text.lines().find_map(|line| line.strip_prefix(LINK_BASE));
    line.unwrap().to_owned()
}

impl Stage {
    /// The same directory, which can mail.
    pub(crate) fn with_mail(&self) -> (Directory, Arc<Postbox>) {
        let postbox = Arc::new(Postbox::default());
        let mailer = Arc::<Postbox>::clone(&postbox);
        let mailing = Some(Mailing { mailer, link_base: LINK_BASE.to_owned() });
        let settings = Settings { mailing, ..settings() };
        (self.directory_over(self.storage.clone(), settings), postbox)
    }
}
