//! The vendor's side: licences signed with the private half of the key that the build pinned.

use std::{env, fs};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use dqops_users_domain::licence::{LicenceClaims, VendorKey, sign};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

const VARIABLE: &str = "TEST_VENDOR_KEY_FILE";

/// What a licence says; `ACME`'s, issued in 2026, unless changed.
pub(crate) struct Terms<'t> {
    pub(crate) kind: &'t str,
    pub(crate) seats: u32,
    pub(crate) issued: &'t str,
    pub(crate) expires: Option<&'t str>,
    pub(crate) limits: Value,
}

impl Default for Terms<'_> {
    fn default() -> Self {
        Self {
            kind: "TEAM",
            seats: 1_000_000,
            issued: "2026-01-01T00:00:00Z",
            expires: None,
            limits: json!({}),
        }
    }
}

/// A TEAM licence that never lapses.
pub(crate) fn team(seats: u32) -> String {
    sign_terms(&Terms { seats, ..Terms::default() })
}

/// An ENTERPRISE licence that never lapses.
pub(crate) fn enterprise() -> String {
    sign_terms(&Terms { kind: "ENTERPRISE", ..Terms::default() })
}

pub(crate) fn sign_terms(terms: &Terms<'_>) -> String {
    let claims: LicenceClaims = serde_json::from_value(json!({
        "id": "00000000-0000-0000-0000-000000007e57",
        "type": terms.kind,
        "seats": terms.seats,
        "issuedAt": terms.issued,
        "expiresAt": terms.expires,
        "customer": "ACME",
        "limits": terms.limits,
    }))
    .unwrap();
    sign(&claims, &signing_key())
}

/// The key that the build pinned.
pub(crate) fn public_key() -> VendorKey {
    VendorKey::from(&signing_key())
}

fn signing_key() -> SigningKey {
    let Ok(file) = env::var(VARIABLE) else {
        panic!("{VARIABLE} is not set: run `cargo xtask test`");
    };
    let text = fs::read_to_string(file).unwrap();
    let seed = BASE64_STANDARD.decode(text.trim()).unwrap();
    SigningKey::from_bytes(&seed.try_into().unwrap())
}
