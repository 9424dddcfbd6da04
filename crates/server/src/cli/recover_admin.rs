//! `recover-admin`

use anyhow::Result;
use clap::Args;
use dqops_users_domain::Email;
use dqops_users_service::RecoveredAdmin;
use serde_json::json;

use super::{output, password, session::Session};

#[derive(Args, Debug)]
pub(super) struct RecoverAdmin {
    email: Email,
    /// Also set the password, typed hidden or read from standard input
    #[arg(long)]
    set_password: bool,
}

impl RecoverAdmin {
    pub(super) async fn run(self, session: &Session) -> Result<()> {
        let email = self.email;
        let password = if self.set_password { Some(password::ask(email.as_str())?) } else { None };
        let directory = &session.directory;
        let done = directory.recover_admin(&session.operator, &email, password).await?;
        session.take_effect().await;
        let (code, sentence) = match done {
            RecoveredAdmin::Created => ("created", format!("added {email} as admin")),
            RecoveredAdmin::Promoted => ("promoted", format!("{email} is admin now")),
            RecoveredAdmin::Reset => ("reset", format!("{email} was admin already")),
        };
        session.output.done(&sentence, &json!({"email": email, "done": code}))?;
        output::remark(&format!("next: dqops-users api-key issue {email}"));
        Ok(())
    }
}
