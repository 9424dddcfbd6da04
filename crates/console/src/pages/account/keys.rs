//! One's own API keys.

use dqops_users_service::{IssuedKey, KeyLifetime, NewKey, ServiceError};
use jiff::SignedDuration;

use super::{build, done, own_email};
use crate::{
    fields::{Fields, Form},
    pages::secret,
    path::KeyPath,
    refusal::Refusal,
    respond::Answer,
    visit::SignedIn,
};

/// `POST /account/keys`: makes a key, and shows it once.
pub(crate) async fn create(signed_in: SignedIn, Form(fields): Form) -> Answer {
    let error = match issue(&signed_in, &fields).await {
        Ok(issued) => return Ok(secret::new_key(&signed_in.visit, &issued)),
        Err(error) => error,
    };
    let mut refusal = Refusal::of(error)?;
    refusal.rename(|field| (field == "neverExpires").then(|| "days".to_owned()));
    let mut page = build(&signed_in.visit, &signed_in.caller).await?;
    page.key_form.name = fields.get("name").to_owned();
    page.key_form.days = fields.get("days").to_owned();
    page.key_form.never = fields.is_ticked("never");
    page.errors = refusal.errors.clone();
    refusal.tell(&mut page.chrome);
    Ok(refusal.page(&page))
}

async fn issue(signed_in: &SignedIn, fields: &Fields) -> Result<IssuedKey, ServiceError> {
    let name = fields.given("name").ok_or(ServiceError::MissingField("name"))?.to_owned();
    let lifetime = match fields.given("days") {
        _ if fields.is_ticked("never") => KeyLifetime::Unlimited,
        None => KeyLifetime::Default,
        Some(days) => {
            let days: u32 = days
                .parse()
                .map_err(|_| ServiceError::invalid("days", "must be a whole number"))?;
            KeyLifetime::For(SignedDuration::from_hours(24 * i64::from(days)))
        }
    };
    let wanted = NewKey { owner: None, name, lifetime };
    signed_in.visit.directory().issue_api_key(&signed_in.caller, wanted).await
}

/// `POST /account/keys/{id}/revoke`.
pub(crate) async fn revoke(SignedIn { visit, caller }: SignedIn, KeyPath(id): KeyPath) -> Answer {
    let email = own_email(&caller)?;
    visit.directory().revoke_api_key_of(&caller, &email, id).await?;
    Ok(done("key-revoked"))
}
