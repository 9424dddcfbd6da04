//! The vendor's side of licences.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Subcommand;
use dqops_users_domain::licence::{LicenceClaims, LicenceType, Limits, VendorKey, sign};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use uuid::Uuid;

use crate::vendor;

#[derive(Subcommand)]
pub(crate) enum LicenceTask {
    /// Make the vendor's key pair: `vendor.pub` to build with, `vendor.key` to keep safe
    Keygen {
        /// The folder in which to put both
        #[arg(long)]
        out: PathBuf,
    },
    /// Print a licence
    Issue {
        /// The file of the private key
        #[arg(long)]
        key: PathBuf,
        /// FREE, PERSONAL, TEAM or ENTERPRISE
        #[arg(long = "type", value_parser = licence_type)]
        licence_type: LicenceType,
        /// How many users there may be
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        seats: u32,
        /// The last day on which it holds, in UTC; without it, it never lapses
        #[arg(long, value_name = "YYYY-MM-DD")]
        expires: Option<Date>,
        /// To whom it is issued
        #[arg(long)]
        customer: String,
        /// How many data domains there may be beside the root domain (ENTERPRISE)
        #[arg(long)]
        data_domains: Option<u32>,
    },
    /// Verify a licence and print what it says
    Show {
        /// The licence token
        token: String,
        /// The file of the vendor's private key
        #[arg(long)]
        key: PathBuf,
    },
}

pub(crate) fn run(task: LicenceTask) -> Result<()> {
    match task {
        LicenceTask::Keygen { out } => {
            let private = vendor::make(&out)?;
            println!("wrote {} and vendor.pub beside it", private.display());
            println!("build with {}=$(cat {}/vendor.pub)", vendor::BUILD_VARIABLE, out.display());
        }
        LicenceTask::Issue { key, licence_type, seats, expires, customer, data_domains } => {
            ensure!(!customer.trim().is_empty(), "--customer is empty");
            let claims = LicenceClaims {
                id: new_id(),
                licence_type,
                seats,
                issued_at: now(),
                expires_at: expires.map(end_of).transpose()?,
                customer,
                limits: Limits { data_domains, ..Limits::default() },
            };
            println!("{}", sign(&claims, &vendor::read(&key)?));
        }
        LicenceTask::Show { token, key } => {
            let licence = VendorKey::from(&vendor::read(&key)?).verify(&token)?;
            println!("{}", serde_json::to_string_pretty(licence.claims())?);
        }
    }
    Ok(())
}

/// A licence with room for every benchmark.
pub(crate) fn for_bench(key: &Path) -> Result<String> {
    let claims = LicenceClaims {
        id: new_id(),
        licence_type: LicenceType::Team,
        seats: 10_000_000,
        issued_at: now(),
        expires_at: None,
        customer: "benchmark".to_owned(),
        limits: Limits::default(),
    };
    Ok(sign(&claims, &vendor::read(key)?))
}

fn licence_type(text: &str) -> Result<LicenceType, String> {
    use LicenceType::{Enterprise, Free, Personal, Team};
    let known = [Free, Personal, Team, Enterprise].into_iter().find(|kind| kind.as_str() == text);
    known.ok_or_else(|| "one of FREE, PERSONAL, TEAM, ENTERPRISE".to_owned())
}

/// The end of a day: the first moment of the next.
fn end_of(day: Date) -> Result<Timestamp> {
    let next = day.checked_add(1.day()).context("--expires is too late")?;
    Ok(next.to_zoned(TimeZone::UTC)?.timestamp())
}

#[expect(clippy::disallowed_methods, reason = "a developer's task takes the time as it comes")]
fn now() -> Timestamp {
    Timestamp::now()
}

#[expect(clippy::disallowed_methods, reason = "a developer's task takes randomness as it comes")]
pub(crate) fn new_id() -> Uuid {
    Uuid::new_v4()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_holds_through_its_last_day() {
        let end = end_of("2027-12-31".parse().unwrap()).unwrap();
        assert_eq!(end.to_string(), "2028-01-01T00:00:00Z");
    }
}
