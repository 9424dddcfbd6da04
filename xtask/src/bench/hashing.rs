//! Signing in beside the bare argon2 of the same crate, parameters and number of threads.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use dqops_users_domain::{Email, Password, licence::VendorKey};
use dqops_users_service::{Ambient, Directory, HashingSettings, Settings};
use dqops_users_storage_sqlite::SqliteStorage;

use super::{
    Options, load,
    report::{Row, median},
};
use crate::vendor;

const PASSWORD: &str = "purple turtles dance at noon";

/// The costs of stored hashes (`crates/service/src/passwords/phc.rs`).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

pub(super) async fn measure(options: &Options) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let storage = SqliteStorage::open(&folder.path().join("users.db")).await?;
    let (key_file, _) = vendor::for_tests()?;
    let key = VendorKey::from(&vendor::read(&key_file)?);
    let directory = Directory::new(Arc::new(storage), Settings::new(key), Ambient::system());
    directory.start().await?;
    let email: Email = "admin@bench.example".parse()?;
    let operator = directory.local_operator();
    directory.recover_admin(&operator, &email, Some(password()?)).await?;

    let length = Duration::from_secs_f64(options.seconds);
    let threads = HashingSettings::default().threads.get();
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        ours.push(sign_in(&directory, &email, threads, length).await?);
        raw.push(hash_raw(threads, length)?);
    }
    directory.close().await;
    let what = "sign-in (argon2id, 19 MiB, 2 passes)".to_owned();
    Ok(Row::rate(what, "/s", median(&ours), median(&raw), 0.9))
}

fn password() -> Result<Password> {
    Password::new(PASSWORD.to_owned()).context("the benchmark's password")
}

/// Sign-ins in a second, with enough of them waiting that no thread is idle.
async fn sign_in(
    directory: &Directory,
    email: &Email,
    threads: usize,
    length: Duration,
) -> Result<f64> {
    let start = load::now();
    let tasks: Vec<_> = (0..threads * 4)
        .map(|_| {
            let (directory, email) = (directory.clone(), email.clone());
            tokio::spawn(async move {
                let mut done = 0_u32;
                while start.elapsed() < length {
                    directory.verify_password(email.as_str(), password()?).await?;
                    done += 1;
                }
                anyhow::Ok(done)
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await??;
    }
    Ok(f64::from(done) / start.elapsed().as_secs_f64())
}

/// Bare hashes in a second, each thread with a buffer that it uses again.
fn hash_raw(threads: usize, length: Duration) -> Result<f64> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(anyhow::Error::msg)?;
    let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let start = load::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
                let mut memory = vec![Block::new(); params.block_count()];
                let mut output = [0; 32];
                while !stop.load(Ordering::Relaxed) {
                    let hashed = argon2.hash_password_into_with_memory(
                        PASSWORD.as_bytes(),
                        &[7; 16],
                        &mut output,
                        &mut memory,
                    );
                    done.fetch_add(usize::from(hashed.is_ok()), Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(length);
        stop.store(true, Ordering::Relaxed);
    });
    #[expect(clippy::cast_precision_loss, reason = "hundreds fit")]
    Ok(done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64())
}
