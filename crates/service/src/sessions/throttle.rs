//! How often somebody may try to sign in: leaky buckets (GCRA) that are kept in the storage, so that
//! they hold across restarts and replicas.
//!
//! Every attempt takes a place before its password is looked at, and a successful one gives it back.
//! Three buckets bound it: one for the account from that address, one for the address, and one for
//! the account from all addresses where nobody has signed in to it before. So whoever fails as
//! somebody else, from wherever, never keeps that user out of a place that is known.

use std::net::IpAddr;

use dqops_users_domain::Email;
use dqops_users_storage::{Bucket, StorageError, ThrottleReader, ThrottleWriter};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::ServiceError;

/// So many attempts at once, then one each time that so much time has gone by.
#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: i32,
    interval: SignedDuration,
}

/// On one account from one address: ten, then ten a minute.
const ACCOUNT_AND_ADDRESS: Rate = Rate { burst: 10, interval: SignedDuration::from_secs(6) };

/// From one address, behind which many people may sit: a hundred, then a hundred a minute.
const ADDRESS: Rate = Rate { burst: 100, interval: SignedDuration::from_millis(600) };

/// On one account from unknown addresses together: a hundred, then ten a minute.
const ACCOUNT: Rate = Rate { burst: 100, interval: SignedDuration::from_secs(6) };

/// Requests for links on one account: three, then one an hour.
const LINKS_OF_ACCOUNT: Rate = Rate { burst: 3, interval: SignedDuration::from_hours(1) };

/// Requests for links from one address: twenty, then one in three minutes.
const LINKS_OF_ADDRESS: Rate = Rate { burst: 20, interval: SignedDuration::from_mins(3) };

/// How long an address is known for an account after a sign-in.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Rows that are cleared away with each attempt, twice as many as it adds.
const CLEAR_AT_ONCE: u32 = 8;

/// The buckets of an attempt.
#[derive(Clone)]
pub(crate) struct Throttle {
    known: Bucket,
    places: Vec<(Bucket, Rate)>,
}

impl Throttle {
    /// The throttle of an attempt to sign in as `name`, whether there is such a user or not.
    pub(crate) fn of(name: &str, address: IpAddr) -> Self {
        // The form in which emails are compared; what is none is nobody's, and bounded by its address.
        let email = name.parse::<Email>().ok();
        let account = email.as_ref().map_or("", Email::as_str);
        let address = network(address);
        let mut places = vec![(bucket("address", "", &address), ADDRESS)];
        if email.is_some() {
            places
                .insert(0, (bucket("account and address", account, &address), ACCOUNT_AND_ADDRESS));
            places.push((bucket("account", account, ""), ACCOUNT));
        }
        Self { known: bucket("known", account, &address), places }
    }

    /// The throttle of a request for a password link of `name`, whether there is such a user or not.
    pub(crate) fn of_link_request(name: &str, address: IpAddr) -> Self {
        let address = network(address);
        // Nobody is known for such requests, and no bucket is left out for that.
        let known = bucket("never known", "", "");
        let mut places = vec![(bucket("links of address", "", &address), LINKS_OF_ADDRESS)];
        // What is no email is nobody's: people who mistype theirs must not wait for each other.
        if let Ok(email) = name.parse::<Email>() {
            places.push((bucket("links of account", email.as_str(), ""), LINKS_OF_ACCOUNT));
        }
        Self { known, places }
    }

    /// Whether there is room for an attempt; answers the buckets as they will be after it.
    pub(crate) async fn check<R>(
        &self,
        reader: &mut R,
        now: Timestamp,
    ) -> Result<Vec<(Bucket, Timestamp)>, ServiceError>
    where
        R: ThrottleReader + ?Sized,
    {
        let is_known = reader.throttle(&self.known).await?.is_some_and(|until| until > now);
        let counted = self.places.len() - usize::from(is_known && self.places.len() > 2);
        let mut after = Vec::with_capacity(counted);
        for (bucket, rate) in &self.places[..counted] {
            // Not beyond a full bucket, as after a clock that was set back.
            let until = reader.throttle(bucket).await?.unwrap_or(now);
            let until = until.clamp(now, now + rate.interval * rate.burst);
            let room = rate.interval * (rate.burst - 1);
            let wait = until.duration_since(now) - room;
            if wait.is_positive() {
                // Whole seconds, rounded up: whoever comes then is let in.
                let begun = i64::from(wait.subsec_nanos() > 0);
                let retry_after = SignedDuration::from_secs(wait.as_secs() + begun);
                return Err(ServiceError::TooManyAttempts { retry_after });
            }
            after.push((*bucket, until + rate.interval));
        }
        Ok(after)
    }

    /// Takes a place in each bucket that counts, and answers the throttle of these alone, which is
    /// what can be given back.
    pub(crate) async fn take<W>(&self, work: &mut W, now: Timestamp) -> Result<Self, ServiceError>
    where
        W: ThrottleReader + ThrottleWriter + ?Sized,
    {
        let after = self.check(work, now).await?;
        for (bucket, until) in &after {
            work.set_throttle(bucket, *until).await?;
        }
        work.delete_past_throttles(now, CLEAR_AT_ONCE).await?;
        Ok(Self { known: self.known, places: self.places[..after.len()].to_vec() })
    }

    /// Gives the places back that were taken.
    pub(super) async fn give_back<W>(&self, work: &mut W) -> Result<(), StorageError>
    where
        W: ThrottleReader + ThrottleWriter + ?Sized,
    {
        for (bucket, rate) in &self.places {
            if let Some(until) = work.throttle(bucket).await? {
                work.set_throttle(bucket, until - rate.interval).await?;
            }
        }
        Ok(())
    }

    /// Notes that it was the user who came from there.
    pub(crate) async fn know<W>(&self, work: &mut W, now: Timestamp) -> Result<(), StorageError>
    where
        W: ThrottleWriter + ?Sized,
    {
        work.set_throttle(&self.known, now + KNOWN_FOR).await
    }
}

/// The bucket of a kind of attempt on an account from an address.
fn bucket(kind: &str, account: &str, address: &str) -> Bucket {
    let mut digest = Sha256::new();
    for part in [kind, account, address] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    Bucket(digest.finalize().into())
}

/// The address as far as it names a customer: all of an IPv4 address, the first 64 bits of an IPv6
/// one, of which everybody has at least so many (RFC 6177).
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}/64", address.to_bits() >> 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_as_its_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn a_name_counts_in_its_canonical_form() {
        let address = "192.0.2.1".parse().unwrap();
        let bucket = |name: &str| Throttle::of(name, address).places[0].0;
        assert_eq!(bucket("jane@example.com"), bucket(" JANE@Example.com "));
        assert_ne!(bucket("jane@example.com"), bucket("joe@example.com"));
        assert_eq!(bucket("junk"), bucket("other junk"));
    }
}
