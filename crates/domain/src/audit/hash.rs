//! The hash of an entry, which stands for it and for all that came before.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// The SHA-256 of an entry and of the hash before it. It holds no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuditHash(pub [u8; Self::LENGTH]);

impl AuditHash {
    /// Bytes of a hash.
    pub const LENGTH: usize = 32;
}

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for AuditHash {
    type Err = NoAuditHash;

    fn from_str(text: &str) -> Result<Self, NoAuditHash> {
        let mut bytes = [0; Self::LENGTH];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NoAuditHash)?;
        Ok(Self(bytes))
    }
}

/// A text is not a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits")]
pub struct NoAuditHash;

/// Hashes fields so that no two lists of fields have the same bytes: each has a fixed length, or its
/// length before it.
pub(super) struct FieldHasher(Sha256);

impl FieldHasher {
    /// Begins with a tag, which keeps these hashes apart from all others.
    pub(super) fn new(tag: &str) -> Self {
        Self(Sha256::new()).text(tag)
    }

    pub(super) fn bytes<const LENGTH: usize>(mut self, bytes: &[u8; LENGTH]) -> Self {
        self.0.update(bytes);
        self
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    /// Something that may be absent, which differs from all that can be present.
    pub(super) fn optional<T>(self, value: Option<T>, add: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            None => self.bytes(&[0]),
            Some(value) => add(self.bytes(&[1]), value),
        }
    }

    pub(super) fn finish(self) -> AuditHash {
        AuditHash(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_back_as_it_is_written() {
        let hash = AuditHash(std::array::from_fn(|place| u8::try_from(place * 8).unwrap()));
        let text = hash.to_string();
        assert!(text.starts_with("000810") && text.ends_with("f0f8"), "{text}");
        assert_eq!(text.parse(), Ok(hash));
        assert_eq!(text.to_uppercase().parse(), Ok(hash));
        let signed = format!("+8{}", &text[2..]);
        for bad in ["", "00", &text[1..], &format!("{text}0"), &signed, &"ä".repeat(32)] {
            assert_eq!(bad.parse::<AuditHash>(), Err(NoAuditHash), "{bad}");
        }
    }

    #[test]
    fn neighbouring_fields_do_not_run_into_each_other() {
        let of = |first: &str, second: Option<&str>| {
            FieldHasher::new("test").text(first).optional(second, FieldHasher::text).finish()
        };
        let hashes =
            [of("ab", Some("c")), of("a", Some("bc")), of("abc", Some("")), of("abc", None)];
        for (place, hash) in hashes.iter().enumerate() {
            assert!(!hashes[..place].contains(hash), "{place}");
        }
    }
}
