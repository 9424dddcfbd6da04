//! The limit of signing in: bare argon2 of the same crate, costs and number of threads.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Context as _, Result};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use dqops_users_service::HashingSettings;

use super::{figures::Sample, load::now, subject::PASSWORD};

/// The costs of stored hashes (`crates/service/src/passwords/phc.rs`).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Threads that hash at once.
pub(super) fn threads() -> usize {
    HashingSettings::default().threads.get()
}

/// Hashes for a while, each thread with a buffer that it uses again.
pub(super) fn hash(length: Duration) -> Result<Sample> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(anyhow::Error::msg)?;
    let stop = AtomicBool::new(false);
    let start = now();
    let times = std::thread::scope(|scope| {
        let hash = || {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
            let mut memory = vec![Block::new(); params.block_count()];
            let (mut output, mut times) = ([0; 32], Vec::new());
            while !stop.load(Ordering::Relaxed) {
                let begun = now();
                argon2
                    .hash_password_into_with_memory(
                        PASSWORD.as_bytes(),
                        &[7; 16],
                        &mut output,
                        &mut memory,
                    )
                    .map_err(anyhow::Error::msg)?;
                times.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            anyhow::Ok(times)
        };
        let threads: Vec<_> = (0..threads()).map(|_| scope.spawn(hash)).collect();
        std::thread::sleep(length);
        stop.store(true, Ordering::Relaxed);
        let mut times = Vec::new();
        for thread in threads {
            times.extend(thread.join().ok().context("a hashing thread panicked")??);
        }
        anyhow::Ok(times)
    })?;
    Ok(Sample { elapsed: start.elapsed(), times })
}
