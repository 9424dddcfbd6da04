//! Bearer tokens: random, recognisable, and kept only as digests.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What a token is for; it decides the prefix by which people and secret scanners recognise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A long-lived key of one user.
    ApiKey,
    /// A short-lived credential from a sign-in.
    Session,
    /// The one-time code that makes the first admin.
    SetupCode,
    /// The secret part of a link by which a user sets a password once.
    PasswordLink,
}

impl TokenKind {
    /// The prefix of tokens of this kind.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "dqu_key_",
            Self::Session => "dqu_session_",
            Self::SetupCode => "dqu_setup_",
            Self::PasswordLink => "dqu_link_",
        }
    }
}

/// A bearer token in clear. It cannot be printed by accident, and its memory is wiped on drop.
pub struct Token(Zeroizing<String>);

impl Token {
    /// Random bytes in a token: 160 bits.
    pub const RANDOM_BYTES: usize = 20;

    /// Makes a token of the given kind from random bytes: the prefix and 32 letters and digits
    /// (RFC 4648 base32, lower case), which a double click selects as one word.
    #[must_use]
    pub fn from_random(kind: TokenKind, random: &[u8; Self::RANDOM_BYTES]) -> Self {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut text = Zeroizing::new(String::with_capacity(64));
        text.push_str(kind.prefix());
        for group in random.chunks(5) {
            let bits = group.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            for place in (0..8).rev() {
                let letter = (bits >> (place * 5)) & 31;
                text.push(char::from(ALPHABET[letter as usize]));
            }
        }
        Self(text)
    }

    /// The token in clear, to hand to its owner once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of the token.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest::of(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

/// The SHA-256 of a token. With 160 random bits in the token a plain digest cannot be searched
/// backwards, and looking a digest up in an index tells nothing about neighbouring tokens.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

impl TokenDigest {
    /// The digest of a token as it was presented.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        Self(Sha256::digest(presented.as_bytes()).into())
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_recognisable_and_long() {
        let token = Token::from_random(TokenKind::ApiKey, b"dqops-users director");
        assert_eq!(token.expose(), "dqu_key_mryw64dtfv2xgzlsomqgi2lsmvrxi33s");
        assert_eq!(token.digest(), TokenDigest::of(token.expose()));
        assert_ne!(token.digest(), TokenDigest::of("dqu_key_"));
    }

    #[test]
    fn debug_shows_nothing() {
        let token = Token::from_random(TokenKind::SetupCode, &[7; 20]);
        assert_eq!(
            format!("{token:?} {:?}", token.digest()),
            "Token(redacted) TokenDigest(redacted)"
        );
    }
}
