//! One new password of a user at a time, and not too many that wait for it, so that nobody fills the
//! queue of hashes, in which those who sign in wait as well, by changing one password over and over.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dqops_users_domain::Email;
use tokio::sync::{Mutex as Line, OwnedMutexGuard};

use super::Overloaded;

/// Changes of one password that may wait or be under way at once.
const LONGEST_LINE: usize = 64;

/// The users whose new passwords are being hashed, each with a line of its own.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<Email, Arc<Line<()>>>>);

/// A user's turn; over when it is dropped.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    user: Email,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits for the user's turn, unless too many do.
    pub(super) async fn take(&self, user: &Email) -> Result<Turn<'_>, Overloaded> {
        let line = Arc::clone(self.lock().entry(user.clone()).or_default());
        // One is held here, one by the table, and one by whoever waits or has the turn.
        if Arc::strong_count(&line) > LONGEST_LINE + 1 {
            return Err(Overloaded);
        }
        // Made before the waiting, so that whoever gives up leaves nothing behind either.
        let mut turn = Turn { turns: self, user: user.clone(), held: None };
        turn.held = Some(line.lock_owned().await);
        Ok(turn)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Email, Arc<Line<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut lines = self.turns.lock();
        if lines.get(&self.user).is_some_and(|line| Arc::strong_count(line) == 1) {
            lines.remove(&self.user);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_user_has_one_turn_and_others_have_theirs() {
        let (jane, ann) = ("jane@example.com".parse().unwrap(), "ann@example.com".parse().unwrap());
        let turns = Turns::default();
        let turn = turns.take(&jane).await.unwrap();
        assert!(turns.take(&jane).now_or_never().is_none(), "she has to wait");
        assert!(turns.take(&ann).now_or_never().is_some());
        let waiting: Vec<_> = (1..LONGEST_LINE)
            .map(|_| {
                let mut waits = Box::pin(turns.take(&jane));
                assert!(waits.as_mut().now_or_never().is_none());
                waits
            })
            .collect();
        assert!(turns.take(&jane).await.is_err(), "the line is long enough");
        drop(waiting);
        drop(turn);
        assert!(turns.take(&jane).now_or_never().is_some());
        assert!(turns.lock().is_empty(), "nothing is kept");
    }
}
