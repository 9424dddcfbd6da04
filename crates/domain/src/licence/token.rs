//! The licence as a signed token: `dqul1.PAYLOAD.SIGNATURE`, both parts in base64url.
//!
//! There is one algorithm, Ed25519, and nothing in the token chooses it. The signature covers a
//! domain-separating prefix and the payload's bytes as they stand.

use std::fmt;

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;

use super::{Licence, LicenceClaims};

const PREFIX: &str = "dqul1";
const SIGNED_PREFIX: &[u8] = b"dqops-users licence v1\0";

/// No licence is longer; what is, is refused unread.
const MAX_TOKEN_LENGTH: usize = 4096;

/// The vendor's public key, by which licences are verified.
#[derive(Clone)]
pub struct VendorKey(VerifyingKey);

/// Why a text is not a licence that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LicenceTokenError {
    /// Not of the form of a licence.
    #[error("this is not a licence token; copy the whole text that begins with {PREFIX}.")]
    Malformed,
    /// Signed by somebody else, or changed after signing.
    #[error(
        "the licence's signature is not the vendor's: the text was changed, or it was issued for another build"
    )]
    BadSignature,
    /// Signed by the vendor, but this build does not understand it.
    #[error("the licence is of a kind that this version does not know; update dqops-users")]
    UnknownClaims,
    /// The text that should be a public key is none.
    #[error("not an Ed25519 public key in base64 (32 bytes)")]
    BadKey,
}

impl VendorKey {
    /// Reads a public key from standard base64 of its 32 bytes, as in `vendor.pub`.
    ///
    /// # Errors
    /// [`LicenceTokenError::BadKey`] when the text is not a usable Ed25519 public key.
    pub fn from_base64(text: &str) -> Result<Self, LicenceTokenError> {
        let bytes = BASE64_STANDARD.decode(text.trim_ascii()).ok();
        let key = bytes
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
            .filter(|key| !key.is_weak());
        key.map(Self).ok_or(LicenceTokenError::BadKey)
    }

    /// The key in standard base64, as `vendor.pub` holds it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        BASE64_STANDARD.encode(self.0.as_bytes())
    }

    /// Verifies a licence token; white space around it does not count.
    ///
    /// # Errors
    /// Why the token does not count. Expiry is not looked at: a lapsed licence is still a licence.
    pub fn verify(&self, token: &str) -> Result<Licence, LicenceTokenError> {
        let token = token.trim_ascii();
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(LicenceTokenError::Malformed);
        }
        let mut parts = token.split('.');
        let (Some(PREFIX), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(LicenceTokenError::Malformed);
        };
        let decode = |part| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
        let payload = decode(payload).ok_or(LicenceTokenError::Malformed)?;
        let signature = decode(signature)
            .and_then(|bytes| Signature::from_slice(&bytes).ok())
            .ok_or(LicenceTokenError::Malformed)?;
        self.0
            .verify_strict(&signed_bytes(&payload), &signature)
            .map_err(|_| LicenceTokenError::BadSignature)?;
        let mut claims: LicenceClaims =
            serde_json::from_slice(&payload).map_err(|_| LicenceTokenError::UnknownClaims)?;
        // As exact as times are stored, so that one licence is never later than itself.
        let issued_at = Timestamp::from_microsecond(claims.issued_at.as_microsecond());
        claims.issued_at = issued_at.map_err(|_| LicenceTokenError::UnknownClaims)?;
        Ok(Licence { claims, is_evaluation: false })
    }
}

impl From<&SigningKey> for VendorKey {
    fn from(key: &SigningKey) -> Self {
        Self(key.verifying_key())
    }
}

impl fmt::Debug for VendorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VendorKey({})", self.to_base64())
    }
}

/// Signs a licence: the vendor's side of [`VendorKey::verify`].
#[must_use]
pub fn sign(claims: &LicenceClaims, key: &SigningKey) -> String {
    let payload = serde_json::to_vec(claims).unwrap_or_default(); // plain data: it cannot fail
    let signature = key.sign(&signed_bytes(&payload));
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    format!("{PREFIX}.{}.{}", encode(&payload), encode(&signature.to_bytes()))
}

fn signed_bytes(payload: &[u8]) -> Vec<u8> {
    [SIGNED_PREFIX, payload].concat()
}

#[cfg(test)]
mod tests {
    use dqops_users_trust::{Ground, count, promise};
    use proptest::{prelude::*, test_runner::TestRunner};
    use uuid::Uuid;

    use super::*;
    use crate::licence::{LicenceType, Limits};

    fn claims() -> LicenceClaims {
        LicenceClaims {
            id: Uuid::from_u128(7),
            licence_type: LicenceType::Team,
            seats: 50,
            issued_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            expires_at: Some("2028-01-01T00:00:00Z".parse().unwrap()),
            customer: "ACME".to_owned(),
            limits: Limits::default(),
        }
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[9; 32])
    }

    #[test]
    fn what_the_vendor_signs_is_verified() {
        let token = sign(&claims(), &key());
        let vendor = VendorKey::from(&key());
        let licence = vendor.verify(&format!("  {token}\n")).unwrap();
        assert_eq!(licence.claims(), &claims());
        assert!(!licence.is_evaluation());
        let same_key = VendorKey::from_base64(&vendor.to_base64()).unwrap();
        assert!(same_key.verify(&token).is_ok());
    }

    /// The storage keeps whole microseconds: a licence must not be later than what was noted of it.
    #[test]
    fn the_time_of_issue_is_as_exact_as_what_is_stored() {
        let issued_at = "2026-01-01T00:00:00.123456789Z".parse().unwrap();
        let token = sign(&LicenceClaims { issued_at, ..claims() }, &key());
        let licence = VendorKey::from(&key()).verify(&token).unwrap();
        let whole: Timestamp = "2026-01-01T00:00:00.123456Z".parse().unwrap();
        assert_eq!(licence.claims().issued_at, whole);
    }

    #[test]
    fn another_key_does_not_count() {
        let other = SigningKey::from_bytes(&[8; 32]);
        let token = sign(&claims(), &other);
        assert_eq!(VendorKey::from(&key()).verify(&token), Err(LicenceTokenError::BadSignature));
    }

    #[test]
    fn junk_is_refused_with_its_reason() {
        let vendor = VendorKey::from(&key());
        for junk in ["", "dqul1", "dqul1..", "dqul2.e30.AA", "dqul1.e30.AA", "a.b.c.d"] {
            assert_eq!(vendor.verify(junk), Err(LicenceTokenError::Malformed), "{junk}");
        }
        assert_eq!(vendor.verify(&"a".repeat(5000)), Err(LicenceTokenError::Malformed));
        for key in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            assert!(VendorKey::from_base64(key).is_err(), "{key}");
        }
    }

    #[test]
    fn a_signed_payload_of_another_shape_says_so() {
        let payload = br#"{"type":"GALACTIC"}"#;
        let signature = key().sign(&signed_bytes(payload)).to_bytes();
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let token = format!("{PREFIX}.{}.{}", encode(payload), encode(&signature));
        assert_eq!(VendorKey::from(&key()).verify(&token), Err(LicenceTokenError::UnknownClaims));
    }

    /// A token that is not `token`, made of it by what `kind` says; `at` and `with` say where and how.
    fn mutate(token: &str, kind: u8, at: usize, with: u64) -> String {
        let [_, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let decode = |part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
        let (payload, signature) = (decode(payload), decode(signature));
        let encode = |payload: &[u8], signature: &[u8]| {
            let [payload, signature] =
                [payload, signature].map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes));
            format!("{PREFIX}.{payload}.{signature}")
        };
        let flip = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let bit = at % (8 * bytes.len());
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        let text = |edit: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = token.as_bytes().to_vec();
            edit(&mut bytes);
            String::from_utf8(bytes).unwrap()
        };
        let [byte, second, ..] = with.to_le_bytes();
        let (place, byte) = (at % token.len(), byte & 0x7f);
        let wider = LicenceClaims { seats: 51 + u32::try_from(at % 1000).unwrap(), ..claims() };
        let wider_payload = serde_json::to_vec(&wider).unwrap();
        match kind {
            0 => text(&|bytes| bytes[place] = byte),
            1 => text(&|bytes| bytes.insert(place, byte)),
            2 => text(&|bytes| {
                bytes.remove(place);
            }),
            3 => text(&|bytes| bytes.truncate(place)),
            4 => text(&|bytes| bytes.swap(place, usize::from(second) % token.len())),
            5 => encode(&flip(&payload), &signature),
            6 => encode(&payload, &flip(&signature)),
            7 => encode(&wider_payload, &signature),
            // The same equation holds of it, but it is not the one form of the signature.
            8 => encode(&flip(&payload), &plus_order(&signature)) + &"=".repeat(at % 3),
            9 => encode(&payload, &plus_order(&signature)),
            10 => sign(
                &wider,
                &SigningKey::from_bytes(&with.to_le_bytes().repeat(4).try_into().unwrap()),
            ),
            // Signed by the vendor as something else than a licence.
            11 => encode(&wider_payload, &key().sign(&wider_payload).to_bytes()),
            12 => token.replacen(
                PREFIX,
                ["dqul0", "dqul2", "dqul", "DQUL1", "none", "HS256"][at % 6],
                1,
            ),
            _ => token.replacen(
                '.',
                [".", "..", ".e30.", "=.", "+.", "/."][1 + at % 5],
                1 + at / 5 % 2,
            ),
        }
    }

    const KINDS: u8 = 14;

    /// The second half of a signature is a number modulo the order of the group; this is the number
    /// plus the order.
    fn plus_order(signature: &[u8]) -> Vec<u8> {
        const ORDER: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut sum = signature.to_vec();
        let mut carry = 0;
        for (byte, order) in sum[32..].iter_mut().zip(ORDER) {
            let digit = u16::from(*byte) + u16::from(order) + carry;
            *byte = digit.to_le_bytes()[0];
            carry = digit >> 8;
        }
        assert_eq!(carry, 0);
        sum
    }

    #[test]
    fn no_mutation_of_a_valid_licence_is_accepted() {
        let trial = promise("L1", "mutations of a valid licence", Ground::None);
        let (vendor, token) = (VendorKey::from(&key()), sign(&claims(), &key()));
        assert!(vendor.verify(&token).is_ok());
        let cases = u32::try_from(count(2_000, 100_000)).unwrap();
        let mut runner = TestRunner::new(ProptestConfig {
            cases,
            max_global_rejects: cases,
            ..ProptestConfig::default()
        });
        let mutations = (0..KINDS, any::<usize>(), any::<u64>());
        let outcome = runner.run(&mutations, |(kind, at, with)| {
            let mutated = mutate(&token, kind, at, with);
            // White space around a licence does not count.
            prop_assume!(mutated.trim_ascii() != token);
            prop_assert!(vendor.verify(&mutated).is_err(), "{mutated}");
            trial.tried(1);
            Ok(())
        });
        outcome.unwrap();
    }
}
