//! The vendor's side: licences signed with a key made for the tests.

use dqops_users_domain::licence::{LicenceClaims, VendorKey, sign};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(crate) fn public_key() -> VendorKey {
    VendorKey::from(&signing_key())
}

/// A licence of `ACME`; one without `until` never lapses.
pub(crate) fn licence(kind: &str, seats: u32, until: Option<&str>, limits: &Value) -> String {
    let claims: LicenceClaims = serde_json::from_value(json!({
        "id": "00000000-0000-0000-0000-000000007e57",
        "type": kind,
        "seats": seats,
        "issuedAt": "2025-12-01T00:00:00Z",
        "expiresAt": until,
        "customer": "ACME",
        "limits": limits,
    }))
    .unwrap();
    sign(&claims, &signing_key())
}
