//! The vendor's key pair: the vendor's own, and one for tests and benchmarks that never leaves this
//! machine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use dqops_users_domain::licence::VendorKey;
use ed25519_dalek::SigningKey;

use crate::workspace;

/// The environment in which a build pins another key than that of the repository.
pub(crate) const BUILD_VARIABLE: &str = "DQOPS_USERS_VENDOR_KEY";

/// Where tests find the private half of the key that their build pins.
pub(crate) const TEST_VARIABLE: &str = "TEST_VENDOR_KEY_FILE";

/// Makes a key pair in `folder` and answers the file of the private half.
pub(crate) fn make(folder: &Path) -> Result<PathBuf> {
    let (private, public) = (folder.join("vendor.key"), folder.join("vendor.pub"));
    if private.exists() || public.exists() {
        bail!("{} holds a vendor's key already; nothing was overwritten", folder.display());
    }
    let mut seed = [0; 32];
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's task takes randomness as it comes"
    )]
    getrandom::fill(&mut seed).context("the operating system gives no randomness")?;
    let key = SigningKey::from_bytes(&seed);
    fs::create_dir_all(folder)?;
    write_private(&private, &format!("{}\n", BASE64_STANDARD.encode(seed)))?;
    fs::write(&public, format!("{}\n", VendorKey::from(&key).to_base64()))?;
    Ok(private)
}

/// Reads the private half.
pub(crate) fn read(file: &Path) -> Result<SigningKey> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let bytes = BASE64_STANDARD.decode(text.trim()).ok();
    let seed = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let seed = seed.with_context(|| format!("{} holds no vendor's key", file.display()))?;
    Ok(SigningKey::from_bytes(&seed))
}

/// The key pair for tests and benchmarks, made at the first use: the file and the public half.
pub(crate) fn for_tests() -> Result<(PathBuf, String)> {
    let folder = workspace::target()?.join("test-vendor");
    let file = folder.join("vendor.key");
    if !file.exists() {
        make(&folder)?;
    }
    let public = VendorKey::from(&read(&file)?).to_base64();
    Ok((file, public))
}

fn write_private(file: &Path, text: &str) -> Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut options = fs::OpenOptions::new();
    let mut opened = options.write(true).create_new(true).mode(0o600).open(file)?;
    Ok(opened.write_all(text.as_bytes())?)
}
