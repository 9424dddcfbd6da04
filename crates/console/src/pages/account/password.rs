//! Changing one's own password.

use super::{build, done};
use crate::{fields::SecretForm, refusal::Refusal, respond::Answer, visit::SignedIn};

/// `POST /account/password`.
pub(crate) async fn change(
    SignedIn { visit, caller }: SignedIn,
    SecretForm(mut fields): SecretForm,
) -> Answer {
    let passwords = fields
        .password("current")
        .and_then(|current| fields.password("password").map(|new| (current, new)));
    let changed = match passwords {
        Ok((current, new)) => {
            let address = visit.client.address;
            visit.directory().change_confirmed_password(&caller, address, current, new).await
        }
        Err(error) => Err(error),
    };
    let error = match changed {
        Ok(()) => return Ok(done("own-password")),
        Err(error) => error,
    };
    let mut refusal = Refusal::of(error)?;
    let mut page = build(&visit, &caller).await?;
    page.errors = refusal.errors.clone();
    refusal.tell(&mut page.chrome);
    Ok(refusal.page(&page))
}
