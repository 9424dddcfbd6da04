//! Hashing on threads of its own, so that it never blocks the runtime and never exceeds its memory.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use dqops_users_domain::{Password, PasswordHash};
use dqops_users_metrics::{Counter, Histogram, Metrics, SECONDS};
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

use super::{
    phc::{self, Memory, SaltBytes, Verdict},
    queue::{Next, Overloaded, Queue},
};

/// How the hashing threads are set up.
#[derive(Clone, Copy, Debug)]
pub struct HashingSettings {
    /// Threads, and so hashes at once; each holds one buffer of 19 MiB while it is busy.
    pub threads: NonZeroUsize,
    /// Hashes that may wait; what comes on top is refused.
    pub queue_length: usize,
}

impl Default for HashingSettings {
    /// As many threads as cores, and a queue that two cores empty within two seconds.
    fn default() -> Self {
        Self {
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            queue_length: 64,
        }
    }
}

/// Work for a hashing thread.
struct Job {
    /// There while somebody waits for it.
    caller: Weak<()>,
    work: Box<dyn FnOnce(&mut Memory) + Send>,
}

impl Job {
    fn is_abandoned(&self) -> bool {
        self.caller.strong_count() == 0
    }
}

/// Threads that hash, each with one buffer.
pub struct Hasher {
    queue: Arc<Queue<Job>>,
    running: Arc<Running>,
    /// As many as may hash or wait.
    places: Semaphore,
    figures: Figures,
}

/// What the hasher counts.
#[derive(Clone)]
struct Figures {
    full: Counter,
    late: Counter,
    duration: Histogram,
}

/// How many hashes run, and ran at once at the most.
#[derive(Default)]
struct Running {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Hasher {
    /// How long work may wait and run before its caller is told to come again.
    const PATIENCE: Duration = Duration::from_millis(1900);

    /// After so long without work a thread gives its buffer back.
    const IDLE: Duration = Duration::from_secs(10);

    /// A nicer priority than that of the threads that answer requests.
    const NICENESS: i32 = 10;

    /// Starts the threads; they end when the hasher is dropped. Nobody sees what it counts.
    #[must_use]
    pub fn start(settings: HashingSettings) -> Self {
        Self::counted(settings, &Metrics::new())
    }

    /// The same, with figures.
    #[must_use]
    pub(crate) fn counted(settings: HashingSettings, metrics: &Metrics) -> Self {
        let queue = Arc::new(Queue::new(settings.queue_length));
        let running = Arc::new(Running::default());
        let figures = Figures::new(metrics, settings.threads, &queue, &running);
        for _ in 0..settings.threads.get() {
            let queue = Arc::clone(&queue);
            let spawned = thread::Builder::new()
                .name("hashing".to_owned())
                .spawn(move || work_through(&queue));
            if let Err(error) = spawned {
                tracing::error!(%error, "a hashing thread could not be started");
            }
        }
        let places = settings.threads.get().saturating_add(settings.queue_length);
        let places = Semaphore::new(places.min(Semaphore::MAX_PERMITS));
        Self { queue, running, places, figures }
    }

    /// Takes a place, until it is dropped, before anything else is done for a hash: of a crowd, those who
    /// would not get one are refused at once and cost nothing.
    ///
    /// # Errors
    /// When too many have one.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, Overloaded> {
        self.places.try_acquire().map_err(|_| Overloaded)
    }

    /// Verifies a password against a stored hash.
    ///
    /// # Errors
    /// When too many wait already, or it did not come up in time.
    pub(crate) async fn verify(
        &self,
        password: Password,
        stored: PasswordHash,
    ) -> Result<Verdict, Overloaded> {
        self.run(move |memory| phc::verify(&password, &stored, memory)).await
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// When too many wait already, or it did not come up in time.
    pub(crate) async fn hash(
        &self,
        password: Password,
        salt: SaltBytes,
    ) -> Result<PasswordHash, Overloaded> {
        self.run(move |memory| phc::hash(&password, salt, memory)).await
    }

    /// Runs work on a hashing thread. If the caller goes away before its turn, it is skipped, and it
    /// keeps nobody out of the queue.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Overloaded> {
        let (reply, answer) = oneshot::channel();
        let caller = Arc::new(());
        let running = Arc::clone(&self.running);
        let duration = self.figures.duration.clone();
        let work = Box::new(move |memory: &mut Memory| {
            let timer = duration.start_timer();
            let turn = running.begin();
            let done = work(memory);
            drop(turn);
            timer.observe_duration();
            let _ = reply.send(done);
        });
        let job = Job { caller: Arc::downgrade(&caller), work };
        self.queue.push(job, Job::is_abandoned).inspect_err(|_| self.figures.full.inc())?;
        if let Ok(Ok(done)) = tokio::time::timeout(Self::PATIENCE, answer).await {
            return Ok(done);
        }
        self.figures.late.inc();
        Err(Overloaded)
    }

    /// How many hashes ran at once at the most.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.running.most.load(Ordering::Relaxed)
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Running {
    /// Counts a hash until the answer is dropped, be it by a panic.
    fn begin(&self) -> Turn<'_> {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        Turn(self)
    }
}

struct Turn<'r>(&'r Running);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Figures {
    fn new(
        metrics: &Metrics,
        threads: NonZeroUsize,
        queue: &Arc<Queue<Job>>,
        running: &Arc<Running>,
    ) -> Self {
        let number = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let (queue, running) = (Arc::clone(queue), Arc::clone(running));
        metrics.reading("password_hashing_waiting", "Password hashes that wait", move || {
            number(queue.len())
        });
        metrics.reading("password_hashing_running", "Password hashes being computed", move || {
            number(running.now.load(Ordering::Relaxed))
        });
        metrics.reading(
            "password_hashing_threads",
            "Password hashes that may be computed at once",
            move || number(threads.get()),
        );
        let [full, late] = metrics.counters(
            "password_hashing_refused_total",
            "Password hashes refused because the queue was full, or given up because their turn came too late",
            "reason",
            ["full", "late"],
        );
        let duration = metrics.histogram(
            "password_hashing_duration_seconds",
            "How long a password hash took to compute",
            SECONDS,
        );
        Self { full, late, duration }
    }
}

fn work_through(queue: &Queue<Job>) {
    // Without the right to be nicer the threads only compete harder.
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), Hasher::NICENESS);
    let mut memory = Memory::default();
    let mut patience = None;
    loop {
        match queue.next(patience) {
            Next::Work(job) if job.is_abandoned() => {}
            Next::Work(job) => {
                // A panic must not take the thread: there are only a few.
                let job = std::panic::AssertUnwindSafe(|| (job.work)(&mut memory));
                if std::panic::catch_unwind(job).is_err() {
                    tracing::error!("a panic while hashing");
                }
                patience = Some(Hasher::IDLE);
            }
            Next::Idle => {
                memory.release();
                patience = None;
            }
            Next::Closed => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use dqops_users_trust::{Ground, count, promise};
    use futures_util::future::join_all;

    use super::*;

    fn hasher(threads: usize, queue_length: usize) -> Hasher {
        let threads = NonZeroUsize::new(threads).unwrap();
        Hasher::start(HashingSettings { threads, queue_length })
    }

    fn password() -> Password {
        Password::new("correct horse".to_owned()).unwrap()
    }

    #[tokio::test]
    async fn what_was_hashed_is_verified() {
        let hasher = hasher(2, 8);
        let stored = hasher.hash(password(), [1; 16]).await.unwrap();
        let verdict = hasher.verify(password(), stored).await.unwrap();
        assert_eq!(verdict, Verdict::Right { is_weak: false });
    }

    /// P4 in small: the excess is refused at once, what was let in is done.
    #[tokio::test]
    async fn no_more_run_than_threads_and_no_more_wait_than_allowed() {
        let hasher = hasher(2, 4);
        let outcomes = join_all((0..50).map(|_| hasher.hash(password(), [1; 16]))).await;
        let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert!((4..50).contains(&done), "{done} were done");
        assert!(hasher.most_at_once() <= 2, "{} ran at once", hasher.most_at_once());
    }

    /// P5: clients that hang up free no permit while their hash still runs.
    #[tokio::test]
    async fn abandoned_work_neither_piles_up_nor_runs_beside() {
        let trial = promise("P5", "hashes that nobody waits for any more", Ground::None);
        let (hasher, clients) = (Arc::new(hasher(2, 16)), count(60, 500));
        let hasty = (0..clients).map(|_| {
            let hasher = Arc::clone(&hasher);
            tokio::spawn(async move {
                let work = hasher.hash(password(), [1; 16]);
                let _ = tokio::time::timeout(Duration::from_millis(10), work).await;
            })
        });
        join_all(hasty).await;
        assert!(hasher.hash(password(), [1; 16]).await.is_ok(), "the queue stayed full");
        assert!(hasher.most_at_once() <= 2, "{} ran at once", hasher.most_at_once());
        trial.tried(clients);
    }

    #[tokio::test]
    async fn no_more_have_a_place_than_may_hash_or_wait() {
        let hasher = hasher(2, 4);
        let places: Vec<_> = (0..6).map(|_| hasher.place()).collect();
        assert!(places.iter().all(Result::is_ok) && hasher.place().is_err());
        drop(places);
        assert!(hasher.place().is_ok());
    }

    #[tokio::test]
    async fn a_panic_leaves_the_thread_at_work() {
        let hasher = hasher(1, 4);
        assert_eq!(hasher.run(|_| panic!("a defect")).await, Err::<(), _>(Overloaded));
        assert!(hasher.hash(password(), [1; 16]).await.is_ok());
    }
}
