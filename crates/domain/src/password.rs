//! A password in clear, for as short as it lives, and the hash that stays of it.

use std::fmt;

use zeroize::Zeroizing;

/// A password in clear. It cannot be printed, and its memory is wiped when it is dropped.
///
/// It is taken verbatim: no trimming, no normalisation, every byte counts.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a text cannot be a password at all, whatever the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Empty.
    #[error("the password is empty")]
    Empty,
    /// Over [`Password::MAX_BYTES`] bytes.
    #[error("the password is longer than {} bytes", Password::MAX_BYTES)]
    TooLong,
}

impl Password {
    /// The greatest length in bytes: what is longer is refused before any work is spent on it.
    pub const MAX_BYTES: usize = 1024;

    /// Takes a text as a password.
    ///
    /// # Errors
    /// When the text is empty or longer than [`Password::MAX_BYTES`] bytes.
    pub fn new(text: String) -> Result<Self, PasswordError> {
        let text = Zeroizing::new(text);
        if text.is_empty() {
            Err(PasswordError::Empty)
        } else if text.len() > Self::MAX_BYTES {
            Err(PasswordError::TooLong)
        } else {
            Ok(Self(text))
        }
    }

    /// The password in clear, for hashing and for the policy.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

/// The stored form of a password: an argon2id hash as a PHC string. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string.
    #[must_use]
    pub const fn from_phc(text: String) -> Self {
        Self(text)
    }

    /// The PHC string, for the storage and for verification.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_in_bytes_and_checked_first() {
        assert_eq!(Password::new(String::new()).unwrap_err(), PasswordError::Empty);
        assert!(Password::new("ż".repeat(512)).is_ok());
        assert_eq!(Password::new("ż".repeat(513)).unwrap_err(), PasswordError::TooLong);
    }

    #[test]
    fn debug_shows_nothing() {
        let password = Password::new("correct horse".to_owned()).unwrap();
        assert_eq!(format!("{password:?}"), "Password(redacted)");
        assert_eq!(password.expose(), "correct horse");
        let hash = PasswordHash::from_phc("$argon2id$v=19$...".to_owned());
        assert_eq!(format!("{hash:?}"), "PasswordHash(redacted)");
    }
}
