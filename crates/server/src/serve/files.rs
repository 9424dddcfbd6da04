//! Files that the process may have open, of which each connection takes one.

use std::num::NonZeroUsize;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files for everything but connections: the database, logs, mail.
const OTHERS: usize = 100;

/// Raises the limit of files as far as this process may, and answers how many connections fit in it.
pub(super) fn connections(wanted: NonZeroUsize) -> NonZeroUsize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let files = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
    let fitting = NonZeroUsize::new(files.saturating_sub(OTHERS)).unwrap_or(NonZeroUsize::MIN);
    if fitting < wanted {
        tracing::warn!(
            "this process may open {files} files, so {fitting} connections are let in instead of {wanted}: \
             raise the limit (ulimit -n, LimitNOFILE=) or lower --max-connections"
        );
    }
    fitting.min(wanted)
}
