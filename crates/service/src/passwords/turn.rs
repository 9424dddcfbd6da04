//! One new password of a user at a time, so that nobody fills the queue of hashes, in which those who
//! sign in wait as well, by changing one password over and over.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dqops_users_domain::Email;
use tokio::sync::{Mutex as Line, OwnedMutexGuard};

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
    /// Waits for the user's turn.
    pub(super) async fn take(&self, user: &Email) -> Turn<'_> {
        let line = Arc::clone(self.lock().entry(user.clone()).or_default());
        // Made before the waiting, so that whoever gives up leaves nothing behind either.
        let mut turn = Turn { turns: self, user: user.clone(), held: None };
        turn.held = Some(line.lock_owned().await);
        turn
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
        let turn = turns.take(&jane).await;
        assert!(turns.take(&jane).now_or_never().is_none(), "she has to wait");
        assert!(turns.take(&ann).now_or_never().is_some());
        drop(turn);
        assert!(turns.take(&jane).now_or_never().is_some());
        assert!(turns.lock().is_empty(), "nothing is kept");
    }
}
