//! How many files the process may have open: each connection is one, and shells and service managers
//! often allow only 1,024 unless a process asks for more.

use std::num::NonZeroUsize;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a server needs beside its connections: the database, the log, metrics.
const BESIDE: u64 = 64;

/// Asks for as many as the connections need, if fewer are allowed.
pub(super) fn allow_for(connections: NonZeroUsize) {
    let needed = (connections.get() as u64).saturating_add(BESIDE);
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.current.unwrap_or(u64::MAX);
    if allowed >= needed {
        return;
    }
    let most = limit.maximum.map_or(needed, |most| most.min(needed));
    let asked = Rlimit { current: Some(most), maximum: limit.maximum };
    let got = if setrlimit(Resource::Nofile, asked).is_ok() { most } else { allowed };
    if got < needed {
        tracing::warn!(
            allowed = got,
            needed,
            "the system allows fewer open files than --max-connections needs: raise `ulimit -n`"
        );
    }
}
