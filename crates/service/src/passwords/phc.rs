//! Argon2id hashes and their PHC strings: made with our costs, verified within bounds.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt},
};
use dqops_users_domain::{Password, PasswordHash};
use subtle::ConstantTimeEq as _;

/// Memory of a hash in KiB, passes and lanes: the OWASP Password Storage Cheat Sheet's recommendation
/// for argon2id with the least memory (19 MiB, 2 passes), so that hashes of many cores fit a small host.
pub(super) const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bounds of what is verified. The costs stand in the stored hash, and whoever can write to the
/// database must not be able to exhaust this process by it.
const MAX_MEMORY_KIB: u32 = 65_536;
const MAX_PASSES: u32 = 10;
const MAX_LANES: u32 = 4;

const OUTPUT_BYTES: usize = 32;

/// Salt of a hash, 128 random bits.
pub(crate) type SaltBytes = [u8; 16];

/// The buffer of one hashing thread, used again from hash to hash: a fresh one costs its page faults.
#[derive(Default)]
pub(crate) struct Memory(Vec<Block>);

impl Memory {
    fn blocks(&mut self, params: &Params) -> &mut [Block] {
        let needed = params.block_count();
        if self.0.len() < needed {
            self.0.resize(needed, Block::new());
        }
        &mut self.0[..needed]
    }

    /// Gives the memory back until the next hash.
    pub(super) fn release(&mut self) {
        self.0 = Vec::new();
    }
}

/// What verifying a password against a stored hash found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the password.
    Right {
        /// Whether the stored hash has lower costs than new ones get.
        is_weak: bool,
    },
    /// It is not.
    Wrong,
    /// The stored hash is out of bounds, so nothing was computed.
    Unverifiable,
}

/// Hashes a password with our costs.
pub(crate) fn hash(password: &Password, salt: SaltBytes, memory: &mut Memory) -> PasswordHash {
    PasswordHash::from_phc(hash_with(&our_params(), password, salt, memory))
}

#[expect(clippy::expect_used, reason = "the lengths are constants within argon2's bounds")]
fn hash_with(params: &Params, password: &Password, salt: SaltBytes, memory: &mut Memory) -> String {
    let output = compute(params, password, &salt, memory).expect("the costs are within bounds");
    let phc = Phc {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).expect("the costs are within bounds"),
        salt: Some(Salt::new(&salt).expect("16 bytes are a salt")),
        hash: Some(Output::new(&output).expect("32 bytes are a hash")),
    };
    phc.to_string()
}

/// Verifies a password against a stored hash.
pub(crate) fn verify(password: &Password, stored: &PasswordHash, memory: &mut Memory) -> Verdict {
    let Some((params, salt, expected)) = within_bounds(stored) else {
        return Verdict::Unverifiable;
    };
    match compute(&params, password, salt.as_ref(), memory) {
        Some(output) if bool::from(output.as_slice().ct_eq(expected.as_bytes())) => {
            let is_weak = params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES;
            Verdict::Right { is_weak }
        }
        Some(_) => Verdict::Wrong,
        None => Verdict::Unverifiable,
    }
}

fn within_bounds(stored: &PasswordHash) -> Option<(Params, Salt, Output)> {
    let phc = Phc::new(stored.expose()).ok()?;
    let params = Params::try_from(&phc).ok()?;
    let is_ours = phc.algorithm == Algorithm::Argon2id.ident()
        && phc.version == Some(Version::V0x13.into())
        && params.m_cost() <= MAX_MEMORY_KIB
        && params.t_cost() <= MAX_PASSES
        && params.p_cost() <= MAX_LANES;
    let (salt, hash) = (phc.salt?, phc.hash?);
    (is_ours && hash.len() == OUTPUT_BYTES).then_some((params, salt, hash))
}

fn compute(
    params: &Params,
    password: &Password,
    salt: &[u8],
    memory: &mut Memory,
) -> Option<[u8; OUTPUT_BYTES]> {
    let mut output = [0; OUTPUT_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let blocks = memory.blocks(params);
    let bytes = password.expose().as_bytes();
    argon2.hash_password_into_with_memory(bytes, salt, &mut output, blocks).ok()?;
    Some(output)
}

#[expect(clippy::expect_used, reason = "the costs are constants within argon2's bounds")]
fn our_params() -> Params {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT_BYTES)).expect("the costs are within bounds")
}

/// The hash of a password that nobody has, of the costs of new ones: verifying against it takes as
/// long as against a user's.
pub(crate) fn decoy() -> PasswordHash {
    let zeros = "A".repeat(43);
    PasswordHash::from_phc(format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$AAAAAAAAAAAAAAAAAAAAAA${zeros}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned()).unwrap()
    }

    /// P1 in small.
    #[test]
    fn the_stored_form_names_its_costs() {
        let stored = hash(&password("correct horse"), [7; 16], &mut Memory::default());
        let parts: Vec<_> = stored.expose().split('$').collect();
        assert_eq!(parts[1..4], ["argon2id", "v=19", "m=19456,t=2,p=1"]);
        assert_eq!(parts[4], "BwcHBwcHBwcHBwcHBwcHBw");
        assert_eq!(parts[5].len(), 43);
    }

    #[test]
    fn only_the_password_opens_it() {
        let mut memory = Memory::default();
        let stored = hash(&password("correct horse"), [7; 16], &mut memory);
        let right = Verdict::Right { is_weak: false };
        assert_eq!(verify(&password("correct horse"), &stored, &mut memory), right);
        for other in ["Correct horse", "correct horse ", "correct hors", "correct horse\0"] {
            assert_eq!(verify(&password(other), &stored, &mut memory), Verdict::Wrong, "{other:?}");
        }
    }

    /// P2: length, case and NUL count to the last character.
    #[test]
    fn long_passwords_differ_in_every_character() {
        let mut memory = Memory::default();
        let base = "x".repeat(99);
        let stored = hash(&password(&format!("{base}a")), [1; 16], &mut memory);
        for last in ["b", "A", "a\0", "\0"] {
            let other = password(&format!("{base}{last}"));
            assert_eq!(verify(&other, &stored, &mut memory), Verdict::Wrong, "{last:?}");
        }
    }

    /// P6: refused without computing or allocating.
    #[test]
    fn hostile_hashes_are_out_of_bounds() {
        let mut memory = Memory::default();
        let tail = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for start in [
            "argon2id$v=19$m=4194304,t=2,p=1",
            "argon2id$v=19$m=19456,t=1000000,p=1",
            "argon2d$v=19$m=19456,t=2,p=1",
            "argon2i$v=19$m=19456,t=2,p=1",
            "argon2id$v=16$m=19456,t=2,p=1",
            "argon2id$v=19$m=19456,t=2,p=255",
            "pbkdf2$v=19$m=19456,t=2,p=1",
        ] {
            let stored = PasswordHash::from_phc(format!("${start}${tail}"));
            assert_eq!(
                verify(&password("x"), &stored, &mut memory),
                Verdict::Unverifiable,
                "{start}"
            );
        }
        for junk in ["", "$", "plain", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"] {
            let stored = PasswordHash::from_phc(junk.to_owned());
            assert_eq!(
                verify(&password("x"), &stored, &mut memory),
                Verdict::Unverifiable,
                "{junk}"
            );
        }
        assert!(memory.0.is_empty(), "memory was taken for a hostile hash");
    }

    #[test]
    fn weaker_hashes_are_recognised() {
        let mut memory = Memory::default();
        let weak = Params::new(8192, 1, 1, Some(32)).unwrap();
        let stored = hash_with(&weak, &password("correct horse"), [3; 16], &mut memory);
        let verdict =
            verify(&password("correct horse"), &PasswordHash::from_phc(stored), &mut memory);
        assert_eq!(verdict, Verdict::Right { is_weak: true });
    }

    #[test]
    fn nobody_has_the_decoys_password() {
        assert_eq!(verify(&password("x"), &decoy(), &mut Memory::default()), Verdict::Wrong);
    }
}
