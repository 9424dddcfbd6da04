//! The names of data domains.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The name of a data domain. The root domain, which always exists, is called `(default)`.
///
/// Other names hold letters, digits, blanks, `-` and `_`, begin with a letter and end with a letter
/// or a digit, all in ASCII (DQOps: `DataDomainsServiceImpl`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DataDomainName(String);

/// Why a text is not the name of a data domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataDomainNameError {
    /// Empty.
    #[error("the data domain's name is empty")]
    Empty,
    /// Over [`DataDomainName::MAX_LENGTH`] characters.
    #[error("the data domain's name is longer than {} characters", DataDomainName::MAX_LENGTH)]
    TooLong,
    /// A character that names do not have, or not in that place.
    #[error(
        "a data domain's name holds letters, digits, blanks, '-' and '_', begins with a letter and ends with a letter or a digit"
    )]
    Malformed,
}

impl DataDomainName {
    /// The greatest length in characters.
    pub const MAX_LENGTH: usize = 100;

    /// The root domain's name.
    pub const ROOT: &'static str = "(default)";

    /// The root domain.
    #[must_use]
    pub fn root() -> Self {
        Self(Self::ROOT.to_owned())
    }

    /// Whether this is the root domain.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0 == Self::ROOT
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DataDomainName {
    type Err = DataDomainNameError;

    fn from_str(text: &str) -> Result<Self, DataDomainNameError> {
        if text == Self::ROOT {
            return Ok(Self::root());
        }
        if text.len() > Self::MAX_LENGTH {
            return Err(DataDomainNameError::TooLong);
        }
        let (Some(&first), Some(&last)) = (text.as_bytes().first(), text.as_bytes().last()) else {
            return Err(DataDomainNameError::Empty);
        };
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'_');
        if first.is_ascii_alphabetic() && last.is_ascii_alphanumeric() && text.bytes().all(known) {
            Ok(Self(text.to_owned()))
        } else {
            Err(DataDomainNameError::Malformed)
        }
    }
}

impl TryFrom<String> for DataDomainName {
    type Error = DataDomainNameError;

    fn try_from(text: String) -> Result<Self, DataDomainNameError> {
        text.parse()
    }
}

impl From<DataDomainName> for String {
    fn from(name: DataDomainName) -> Self {
        name.0
    }
}

impl fmt::Display for DataDomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_dqops() {
        for name in ["a", "Sales", "data domain_1-x", "Z9", "(default)"] {
            assert_eq!(name.parse::<DataDomainName>().unwrap().as_str(), name);
        }
        for name in ["1a", " a", "a ", "a-", "_a", "zażółć", "a/b", "(other)", "a\n"] {
            assert_eq!(
                name.parse::<DataDomainName>(),
                Err(DataDomainNameError::Malformed),
                "{name:?}"
            );
        }
        assert_eq!("".parse::<DataDomainName>(), Err(DataDomainNameError::Empty));
        assert_eq!("a".repeat(101).parse::<DataDomainName>(), Err(DataDomainNameError::TooLong));
        assert!(DataDomainName::root().is_root());
    }
}
