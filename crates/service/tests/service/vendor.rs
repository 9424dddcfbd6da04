//! The vendor's side: licences signed with a key made for the tests.

use dqops_users_domain::licence::{LicenceClaims, LicenceType, Limits, VendorKey, sign};
use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(crate) fn public_key() -> VendorKey {
    VendorKey::from(&signing_key())
}

/// A licence that never lapses, to be changed by tests that want another.
pub(crate) fn claims(licence_type: LicenceType, seats: u32) -> LicenceClaims {
    LicenceClaims {
        id: Uuid::from_u128(0x7e57),
        licence_type,
        seats,
        issued_at: at("2025-12-01T00:00:00Z"),
        expires_at: None,
        customer: "ACME".to_owned(),
        limits: Limits::default(),
    }
}

pub(crate) fn token(claims: &LicenceClaims) -> String {
    sign(claims, &signing_key())
}

pub(crate) fn licence(
    licence_type: LicenceType,
    seats: u32,
    expires_at: Option<Timestamp>,
) -> String {
    token(&LicenceClaims { expires_at, ..claims(licence_type, seats) })
}

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}
