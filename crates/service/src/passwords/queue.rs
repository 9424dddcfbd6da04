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

    /// Adds work, unless the queue is full.
    pub(super) fn push(&self, work: T) -> Result<(), Overloaded> {
        let mut state = self.lock();
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
        assert_eq!(
            (queue.push(1), queue.push(2), queue.push(3)),
            (Ok(()), Ok(()), Err(Overloaded))
        );
        assert!(matches!(queue.next(None), Next::Work(1)));
        assert!(matches!(queue.next(None), Next::Work(2)));
        assert!(matches!(queue.next(Some(Duration::from_millis(1))), Next::Idle));
        assert_eq!(queue.push(4), Ok(()));
        queue.close();
        assert!(matches!(queue.next(None), Next::Work(4)));
        assert!(matches!(queue.next(None), Next::Closed));
        assert_eq!(queue.push(5), Err(Overloaded));
    }
}
