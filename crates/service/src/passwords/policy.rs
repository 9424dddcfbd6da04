//! What passwords must be like: long enough, and not guessable. No rules of composition
//! (NIST SP 800-63B §3.1.1.2).

use common_passwords::analyzer::is_common_password;
use dqops_users_domain::{Email, Password};

/// What passwords must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    min_length: usize,
}

/// Why a password is refused, without repeating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRejection {
    /// Too short.
    #[error("the password is too short: it needs at least {min} characters")]
    TooShort {
        /// Characters needed.
        min: usize,
    },
    /// Too long.
    #[error(
        "the password is too long: it may have at most {} characters",
        PasswordPolicy::MAX_LENGTH
    )]
    TooLong,
    /// Contains the user's email.
    #[error("the password is made of the user's email; choose one that does not hold it")]
    LikeEmail,
    /// Contains the product's name.
    #[error("the password is made of the product's name; choose one that does not")]
    LikeProduct,
    /// Common, or a simple pattern.
    #[error(
        "the password is one of those that are guessed first: a common password, a word, or a simple pattern; choose several unrelated words"
    )]
    Guessable,
}

impl PasswordPolicy {
    /// Characters that a password needs by default.
    pub const DEFAULT_MIN_LENGTH: usize = 12;

    /// No setting goes below this (NIST SP 800-63B §3.1.1.2).
    pub const LEAST_MIN_LENGTH: usize = 8;

    /// Characters that a password may have.
    pub const MAX_LENGTH: usize = 256;

    /// Guesses, as a power of ten, that a password must withstand: online guessing at a hundred a
    /// second would take over a week.
    const MIN_GUESSES_LOG10: f64 = 8.0;

    /// Characters that are searched for patterns; the search through more can take half a second.
    const SEARCHED: usize = 64;

    /// A policy with another least length, or `None` when that is out of bounds.
    #[must_use]
    pub const fn with_min_length(min_length: usize) -> Option<Self> {
        if Self::LEAST_MIN_LENGTH <= min_length && min_length <= Self::MAX_LENGTH {
            Some(Self { min_length })
        } else {
            None
        }
    }

    /// Characters that a password needs.
    #[must_use]
    pub const fn min_length(self) -> usize {
        self.min_length
    }

    /// The length rule, in Unicode characters; quick.
    ///
    /// # Errors
    /// The rejection.
    pub fn check_length(self, password: &Password) -> Result<(), PasswordRejection> {
        match password.expose().chars().count() {
            short if short < self.min_length => {
                Err(PasswordRejection::TooShort { min: self.min_length })
            }
            long if long > Self::MAX_LENGTH => Err(PasswordRejection::TooLong),
            _ => Ok(()),
        }
    }

    /// Whether guessing would find it soon: common passwords, names, words, keyboard walks,
    /// repetitions and the like. Takes up to some milliseconds.
    ///
    /// # Errors
    /// The rejection.
    pub fn check_guessable(
        self,
        password: &Password,
        email: &Email,
    ) -> Result<(), PasswordRejection> {
        let lower = password.expose().to_lowercase();
        if without(&lower, email.as_str()) || without(&lower, email.local_part()) {
            return Err(PasswordRejection::LikeEmail);
        }
        if PRODUCT.iter().any(|name| without(&lower, name)) {
            return Err(PasswordRejection::LikeProduct);
        }
        // What stands in leaked lists is tried first, however unguessable it looks.
        if is_common_password(password.expose()) || is_common_password(&lower) {
            return Err(PasswordRejection::Guessable);
        }
        let [whole, product, short] = PRODUCT;
        let known = [email.as_str(), email.local_part(), whole, product, short];
        // The search grows faster than the text, and what is hard to guess so far stays so.
        let text = password.expose();
        let end = text.char_indices().nth(Self::SEARCHED).map_or(text.len(), |(end, _)| end);
        let start = &text[..end];
        if zxcvbn::zxcvbn(start, &known).guesses_log10() < Self::MIN_GUESSES_LOG10 {
            return Err(PasswordRejection::Guessable);
        }
        Ok(())
    }
}

const PRODUCT: [&str; 3] = ["dqops-users", "dqops", "dqo"];

/// Whether little but digits and signs is left of the password without `part`.
fn without(password: &str, part: &str) -> bool {
    const LETTERS_LEFT: usize = 3;
    part.len() >= 3
        && password.contains(part)
        && password.replace(part, "").chars().filter(|c| c.is_alphabetic()).count() <= LETTERS_LEFT
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { min_length: Self::DEFAULT_MIN_LENGTH }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), PasswordRejection> {
        let password = Password::new(text.to_owned()).unwrap();
        let policy = PasswordPolicy::default();
        policy.check_length(&password)?;
        policy.check_guessable(&password, &"jane.doe@example.com".parse().unwrap())
    }

    #[test]
    fn length_counts_characters() {
        assert_eq!(check("kj3h4kj5h6k"), Err(PasswordRejection::TooShort { min: 12 }));
        assert_eq!(check("kj3h4kj5h6k7"), Ok(()));
        assert_eq!(check("zażółć gęśl ą"), Ok(()));
        let long: String = ('a'..='z').cycle().step_by(7).take(257).collect();
        assert_eq!(check(&long), Err(PasswordRejection::TooLong));
        assert_eq!(check(&long[..256]), Ok(()));
    }

    #[test]
    fn the_least_length_has_a_floor() {
        assert_eq!(PasswordPolicy::with_min_length(7), None);
        assert_eq!(PasswordPolicy::with_min_length(257), None);
        let short = Password::new("xk4#mQz8".to_owned()).unwrap();
        let policy = PasswordPolicy::with_min_length(8).unwrap();
        assert_eq!(policy.check_length(&short), Ok(()));
    }

    #[test]
    fn common_passwords_and_patterns_are_refused() {
        for text in [
            "passwordpassword",
            "123456789012",
            "qwertyuiopas",
            "aaaaaaaaaaaa",
            "1q2w3e4r5t6y",
            "unbelievable",
            "manchesterunited",
            "iloveyouforever",
            "administrator1",
            "letmeinletmein",
            "superman1234",
            "P@ssw0rd1234",
            "abcdefghijkl",
            "Welcome12345",
            "trustno1trustno1",
            "qwerty123456",
            "1qaz2wsx3edc",
            "changemechangeme",
            // Leaked so often that their looks do not help them.
            "californication",
            "Alhamdulillah",
            "1q2w3e4r5t6y7u8i9o",
        ] {
            assert_eq!(check(text), Err(PasswordRejection::Guessable), "{text}");
        }
    }

    #[test]
    fn the_own_email_and_the_product_are_refused() {
        for text in ["jane.doe@example.com", "Jane.Doe2026!", "jane.doejane.doe"] {
            assert_eq!(check(text), Err(PasswordRejection::LikeEmail), "{text}");
        }
        for text in ["DQOps2026!!!", "dqopsdqopsdqops", "dqops-dqo-1234", "dqops-users1"] {
            assert_eq!(check(text), Err(PasswordRejection::LikeProduct), "{text}");
        }
    }

    #[test]
    fn good_passwords_pass_without_rules_of_composition() {
        for text in [
            "sample_string_value",
            "correct horse battery staple",
            "mydoghasfleasagain",
            "MyDogHasFleas",
            "Tr0ub4dour&3xyz",
            "dqops likes purple turtles",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }
}
