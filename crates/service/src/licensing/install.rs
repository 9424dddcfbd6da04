//! Installing a licence. No state of the licence in force refuses it.

use async_trait::async_trait;
use dqops_users_domain::{
    Permission,
    audit::Action,
    licence::{Licence, LicenceClaims},
};
use serde_json::{Value, json};

use crate::{
    Caller, Directory, ServiceError,
    work::{Change, Work},
};

impl Directory {
    /// Installs a licence in place of the one in force.
    ///
    /// # Errors
    /// [`ServiceError::InvalidField`] when it is not a licence of the vendor.
    pub async fn install_licence(
        &self,
        caller: &Caller,
        token: &str,
    ) -> Result<Licence, ServiceError> {
        self.install(caller, token, false).await
    }

    /// Installs the licence that the server was started with, unless the one installed was issued
    /// later: a restart with an old setting must not undo a renewal.
    ///
    /// # Errors
    /// [`ServiceError::InvalidField`] when it is not a licence of the vendor.
    pub async fn offer_licence(
        &self,
        caller: &Caller,
        token: &str,
    ) -> Result<Licence, ServiceError> {
        self.install(caller, token, true).await
    }

    async fn install(
        &self,
        caller: &Caller,
        token: &str,
        only_if_newer: bool,
    ) -> Result<Licence, ServiceError> {
        caller.must(Permission::ManageAccount)?;
        let token = token.trim_ascii().to_owned();
        let verified = self.shared.licensing.verify(&token);
        let licence = verified.map_err(|error| ServiceError::invalid("licence", &error))?;
        self.make(caller, Install { token, licence, only_if_newer }).await
    }
}

struct Install {
    token: String,
    licence: Licence,
    only_if_newer: bool,
}

#[async_trait]
impl Change for Install {
    type Done = Licence;

    async fn make(&self, work: &mut Work<'_>) -> Result<Licence, ServiceError> {
        let before = work.licence.clone();
        let stays = work.record.licence.as_ref() == Some(&self.token)
            || (self.only_if_newer
                && !before.is_evaluation()
                && before.claims().issued_at >= self.licence.claims().issued_at);
        if stays {
            return Ok(before);
        }
        work.unit.set_licence(Some(&self.token)).await?;
        let claims = self.licence.claims();
        if claims.issued_at > work.record.latest_licence_issued_at {
            work.unit.set_latest_licence_issued_at(claims.issued_at).await?;
            // The vendor's word about the time, given after all that was seen here: it mends a
            // directory whose clock once ran far ahead. An older licence says nothing new.
            let now = work.now.max(claims.issued_at);
            if now < work.record.latest_time {
                work.unit.set_latest_time(now).await?;
            }
        }
        let replaced = (!before.is_evaluation()).then(|| summary(before.claims()));
        work.audit(Action::LicenceInstalled, claims.id, replaced, Some(summary(claims))).await?;
        Ok(self.licence.clone())
    }
}

/// A licence as the audit trail shows it: what it says, not the token.
pub(super) fn summary(claims: &LicenceClaims) -> Value {
    json!({
        "id": claims.id,
        "type": claims.licence_type,
        "seats": claims.seats,
        "expiresAt": claims.expires_at,
        "customer": claims.customer,
    })
}
