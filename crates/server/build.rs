//! Pins the vendor's public key, by which licences are verified: `vendor.pub`, or in the vendor's own
//! builds `DQOPS_USERS_VENDOR_KEY`. A key of the wrong form fails the build.

use std::{env, fs, process};

use base64::{Engine as _, prelude::BASE64_STANDARD};

const FILE: &str = "vendor.pub";
const VARIABLE: &str = "DQOPS_USERS_VENDOR_KEY";

fn main() {
    println!("cargo::rerun-if-changed={FILE}");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let (text, origin) = match env::var(VARIABLE) {
        Ok(text) if !text.trim().is_empty() => (text, VARIABLE),
        _ => (fs::read_to_string(FILE).unwrap_or_default(), FILE),
    };
    let key = text.trim();
    if !BASE64_STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 32) {
        println!("cargo::error={origin} is not 32 bytes in base64");
        process::exit(1);
    }
    println!("cargo::rustc-env=PINNED_VENDOR_KEY={key}");
}
