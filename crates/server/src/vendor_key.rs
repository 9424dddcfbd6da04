//! The vendor's public key, pinned when this program was built. Nothing at run time can change it.

use anyhow::{Context as _, Result};
use dqops_users_domain::licence::VendorKey;

/// The pinned key.
pub(crate) fn pinned() -> Result<VendorKey> {
    VendorKey::from_base64(env!("PINNED_VENDOR_KEY"))
        .context("this program was built with a broken vendor key; build it again")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_pinned_key_is_a_key() {
        super::pinned().unwrap();
    }
}
