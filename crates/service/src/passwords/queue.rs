//! A bounded queue of work for threads.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The queue is full, or the work took too long to come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overloaded;

/// What a thread that asked for work got.
pub(super) enum Next<T> {
    Work(T),
    /// Nothing came for a while.
    Idle,
    /// Nothing will come any more.
    Closed,
}

/// Work that waits, in order, up to a bound.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    bound: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    is_closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new(bound: usize) -> Self {
        let state = State { waiting: VecDeque::with_capacity(bound), is_closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), bound }
    }

    /// Adds work, unless the queue is full of work for which somebody waits.
    pub(super) fn push(
        &self,
        work: T,
        is_abandoned: impl Fn(&T) -> bool,
    ) -> Result<(), Overloaded> {
        let mut state = self.lock();
        if state.waiting.len() >= self.bound {
            state.waiting.retain(|waiting| !is_abandoned(waiting));
        }
        if state.is_closed || state.waiting.len() >= self.bound {
            return Err(Overloaded);
        }
        state.waiting.push_back(work);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// How much waits.
    pub(super) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Waits for work, but not longer than `patience` when that is given.
    pub(super) fn next(&self, patience: Option<Duration>) -> Next<T> {
        let mut state = self.lock();
        loop {
            if let Some(work) = state.waiting.pop_front() {
                return Next::Work(work);
            }
            if state.is_closed {
                return Next::Closed;
            }
            let Some(patience) = patience else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let waited = self.changed.wait_timeout(state, patience);
            let (locked, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = locked;
            if timeout.timed_out() && state.waiting.is_empty() {
                return Next::Idle;
            }
        }
    }

    /// Lets the threads finish what waits and end.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_and_keeps_its_order() {
        let queue = Queue::new(2);
        let push = |number: u32| queue.push(number, |_| false);
        assert_eq!((push(1), push(2), push(3)), (Ok(()), Ok(()), Err(Overloaded)));
        assert!(matches!(queue.next(None), Next::Work(1)));
        assert!(matches!(queue.next(None), Next::Work(2)));
        assert!(matches!(queue.next(Some(Duration::from_millis(1))), Next::Idle));
        assert_eq!(push(4), Ok(()));
        queue.close();
        assert!(matches!(queue.next(None), Next::Work(4)));
        assert!(matches!(queue.next(None), Next::Closed));
        assert_eq!(push(5), Err(Overloaded));
    }

    #[test]
    fn what_was_abandoned_gives_its_place_up_when_the_queue_is_full() {
        let queue = Queue::new(3);
        let push = |number: u32| queue.push(number, |number| number.is_multiple_of(2));
        assert_eq!((push(1), push(2), push(4)), (Ok(()), Ok(()), Ok(())));
        assert_eq!((push(3), push(5), push(7)), (Ok(()), Ok(()), Err(Overloaded)));
        assert!(
            [1, 3, 5]
                .iter()
                .all(|&wanted| matches!(queue.next(None), Next::Work(next) if next == wanted))
        );
    }
}
