//! Licences: nothing counts but what the vendor signed, as it was signed.

use dqops_users_domain::licence::{LicenceClaims, VendorKey, sign};
use ed25519_dalek::SigningKey;
use serde_json::json;

/// A token that counts.
pub(crate) fn valid() -> String {
    let claims: LicenceClaims = serde_json::from_value(json!({
        "id": "00000000-0000-0000-0000-000000007e57",
        "type": "TEAM",
        "seats": 1000,
        "issuedAt": "2025-12-01T00:00:00Z",
        "customer": "ACME",
    }))
    .unwrap();
    sign(&claims, &key())
}

pub(crate) fn public_key() -> VendorKey {
    VendorKey::from(&key())
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if public_key().verify(&text).is_ok() {
        assert_eq!(text.trim_ascii(), valid(), "a licence counts that nobody signed");
    }
    // Nor as the vendor's key itself, but in its one form.
    if let Ok(key) = VendorKey::from_base64(&text) {
        assert_eq!(key.to_base64(), text.trim_ascii());
    }
}
