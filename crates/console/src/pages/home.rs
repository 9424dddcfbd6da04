//! The start page, which leads on to where there is something to do.

use crate::{
    respond::{Answer, see_other},
    visit::Visit,
};

/// `GET /`.
pub(crate) async fn show(visit: Visit) -> Answer {
    if visit.caller.is_some() {
        return Ok(see_other("/users"));
    }
    let needs_set_up = visit.directory().needs_set_up().await?;
    Ok(see_other(if needs_set_up { "/setup" } else { "/login" }))
}
