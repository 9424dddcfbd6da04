//! O1: ten times as much is asked as the server can do, reads, changes and a storm of sign-ins: it lives,
//! refuses the excess soon, stays within its memory, tells its health, and is as before right afterwards.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use dqops_users_trust::{count, is_full, promise};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use crate::{
    client::Client,
    dice,
    place::{Place, Store, on_both_stores},
    time::{block_on, now, percentile, spare, timed},
    trail::whole_directory,
    vendor,
};

on_both_stores!(ten_times_as_much_as_can_be_done_is_refused_soon_and_leaves_no_trace);

/// Who asks one thing after the other to learn what the server can do, and who asks too much.
const CALM: u64 = 16;
const TOO_MANY: u64 = 500;

/// How many times what it can do is asked at least, and how much more than that is aimed at.
const TIMES: u32 = 10;
const MORE: f64 = 1.3;

/// How soon the excess is refused and health is told, 99 times of 100, and all is as before.
const REFUSED_WITHIN: Duration = Duration::from_secs(2);
const HEALTH_WITHIN: Duration = Duration::from_millis(250);
const NORMAL_WITHIN: Duration = Duration::from_secs(5);

/// How soon each request is answered that succeeds when all is normal.
const NORMAL: Duration = Duration::from_secs(1);

/// What memory may grow by, in KiB: two hashes, and 64 KiB for each connection.
const GROWTH: u64 = 2 * 19 * 1024 + TOO_MANY * 64;

const PASSWORD: &str = "purple turtles dance at noon";

/// Users who sign in.
const PEOPLE: u64 = 20;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Read,
    Change,
    SignIn,
}

/// A request and its answer.
struct Asked {
    kind: Kind,
    status: u16,
    says_when: bool,
    took: Duration,
    /// Whom it was to add.
    email: Option<String>,
}

/// One of many callers, each from an address of its own.
struct Caller {
    admin: Client,
    name: String,
    number: u64,
    asked: u64,
    wire: Option<BufReader<TcpStream>>,
}

impl Caller {
    fn new(admin: &Client, name: &str, number: u64) -> Self {
        Self { admin: admin.clone(), name: name.to_owned(), number, asked: 0, wire: None }
    }

    /// Half of it reads, a tenth changes something, and the rest signs in.
    fn next(&mut self) -> (Kind, String, Option<String>) {
        self.asked += 1;
        let seed = self.number * 1_000_003 + self.asked;
        let (json, email) = (
            "application/json",
            format!("{}-{}-{}@example.com", self.name, self.number, self.asked),
        );
        match dice::throw(seed, 10) {
            0..=2 => (Kind::Read, self.head("GET", "/api/users/admin@example.com", "", 0), None),
            3..=4 => (Kind::Read, self.head("GET", "/api/users?limit=10", "", 0), None),
            5 => {
                let body = json!({"email": email, "accountRole": "viewer"}).to_string();
                (
                    Kind::Change,
                    self.head("POST", "/api/users", json, body.len()) + &body,
                    Some(email),
                )
            }
            _ => {
                let whose = format!("person{}@example.com", dice::throw(seed + 1, PEOPLE));
                let body = json!({"email": whose, "password": PASSWORD}).to_string();
                (Kind::SignIn, self.head("POST", "/api/session", json, body.len()) + &body, None)
            }
        }
    }

    fn head(&self, method: &str, path: &str, kind: &str, length: usize) -> String {
        let [.., high, low] = self.number.to_be_bytes();
        let from = format!("10.{}.{high}.{low}", self.asked % 256);
        self.admin.from(&from).head(method, path, kind, length)
    }

    async fn ask(&mut self) -> Asked {
        let (kind, request, email) = self.next();
        let began = now();
        let (status, says_when) = self.exchange(&request).await.unwrap();
        Asked { kind, status, says_when, took: began.elapsed(), email }
    }

    /// Answers the status, and whether it says when to come again.
    async fn exchange(&mut self, request: &str) -> std::io::Result<(u16, bool)> {
        let mut wire = match self.wire.take() {
            Some(wire) => wire,
            None => BufReader::new(TcpStream::connect(self.admin.address()).await?),
        };
        wire.get_mut().write_all(request.as_bytes()).await?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if wire.read_line(&mut head).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        let head = head.to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        wire.read_exact(&mut body).await?;
        self.wire = (!head.contains("connection: close")).then_some(wire);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok((status.unwrap(), head.contains("retry-after: ")))
    }
}

/// So many callers ask for so long, each as often as it is its turn; without a pace, as often as it is
/// answered.
fn ask_for(
    admin: &Client,
    name: &str,
    callers: u64,
    time: Duration,
    pace: Option<Duration>,
) -> Vec<Asked> {
    block_on(async {
        let began = tokio::time::Instant::now();
        let tasks = (0..callers).map(|number| {
            let mut caller = Caller::new(admin, name, number);
            tokio::spawn(async move {
                let mut asked = Vec::new();
                let pace = pace.unwrap_or_default();
                let mut turn = began + pace.mul_f64(f64_of(number) / f64_of(callers));
                while turn.max(tokio::time::Instant::now()) < began + time {
                    tokio::time::sleep_until(turn).await;
                    asked.push(caller.ask().await);
                    turn += pace;
                }
                asked
            })
        });
        let tasks: Vec<_> = tasks.collect();
        let mut asked = Vec::new();
        for task in tasks {
            asked.extend(task.await.unwrap());
        }
        asked
    })
}

fn f64_of(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}

/// Asks for health until it is over.
fn watch_health(admin: &Client, is_over: &Arc<AtomicBool>) -> thread::JoinHandle<Vec<Duration>> {
    let (admin, is_over) = (admin.clone(), Arc::clone(is_over));
    thread::spawn(move || {
        let mut took = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            took.push(timed(|| admin.get("/api/ishealthy").gives(200)).1);
            thread::sleep(Duration::from_millis(10));
        }
        took
    })
}

/// The time within which 99 of 100 were.
fn p99(took: impl Iterator<Item = Duration>) -> Duration {
    let mut took: Vec<_> = took.collect();
    took.sort();
    percentile(&took, 99)
}

const fn has_succeeded(asked: &Asked) -> bool {
    asked.status == 200 || asked.status == 201
}

/// The share of those of a kind that succeeded, in percent.
fn share(asked: &[Asked], kind: Kind) -> usize {
    let of_kind = || asked.iter().filter(|asked| asked.kind == kind);
    100 * of_kind().filter(|asked| has_succeeded(asked)).count() / of_kind().count().max(1)
}

fn ten_times_as_much_as_can_be_done_is_refused_soon_and_leaves_no_trace(store: Store) {
    let trial = promise("O1", "reads, changes and sign-ins", store.ground());
    let place = Place::new(store);
    let program = place.server().args(&["--trusted-proxy", "127.0.0.1", "--hashing-threads", "2"]);
    let server = program.env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000)).start();
    let admin = server.set_up();
    for number in 0..PEOPLE {
        let email = format!("person{number}@example.com");
        admin.add(&email, "viewer").gives(201);
        admin.put_text(&format!("/api/users/{email}/password"), PASSWORD).gives(204);
    }
    let baseline = server.memory("VmHWM");
    let calm_time = Duration::from_millis(count(700, 5_000) as u64);
    let calm = ask_for(&admin, "calm", CALM, calm_time, None);
    let done = calm.iter().filter(|asked| has_succeeded(asked)).count();
    // A machine that is busy with other tests may be overloaded already.
    assert!(done == calm.len() || !is_full(), "something is refused in calm");
    let can_do = f64_of(done as u64) / calm_time.as_secs_f64();

    let time = if is_full() { Duration::from_mins(1) } else { Duration::from_secs(1) };
    let interval = Duration::from_secs_f64(f64_of(TOO_MANY) / (MORE * f64::from(TIMES) * can_do));
    let is_over = Arc::new(AtomicBool::new(false));
    let health = watch_health(&admin, &is_over);
    let (asked, took) = timed(|| ask_for(&admin, "much", TOO_MANY, time, Some(interval)));
    is_over.store(true, Ordering::Relaxed);
    let health = p99(health.join().unwrap().into_iter());

    for asked in &asked {
        let is_refused = asked.status == 503 && asked.says_when;
        assert!(has_succeeded(asked) || is_refused, "{:?}: {}", asked.kind, asked.status);
        trial.tried(1);
    }
    let offered = f64_of(asked.len() as u64) / took.as_secs_f64();
    let times = offered / can_do;
    assert!(times >= f64::from(TIMES) || !is_full(), "only {times:.1} times was asked");
    let refused: Vec<_> = asked.iter().filter(|asked| !has_succeeded(asked)).collect();
    assert!(!refused.is_empty(), "nothing was refused");
    let refused_within = p99(refused.iter().map(|asked| asked.took));
    assert!(refused_within < REFUSED_WITHIN + spare(), "refused within {refused_within:?}");
    assert!(health < HEALTH_WITHIN + spare(), "health within {health:?}");
    let growth = server.memory("VmHWM").saturating_sub(baseline);
    assert!(growth < GROWTH, "it grew by {growth} KiB");
    // A storm of sign-ins does not keep the others out.
    assert!(share(&asked, Kind::Read) >= 95 && share(&asked, Kind::Change) >= 95);

    let over = now();
    let normal_after = loop {
        let again = ask_for(&admin, "again", CALM, Duration::from_millis(200), None);
        let is_normal =
            again.iter().all(|asked| has_succeeded(asked) && asked.took < NORMAL + spare());
        let after = over.elapsed();
        assert!(after < NORMAL_WITHIN, "it is not normal {after:?} later");
        if is_normal {
            break after;
        }
    };
    let users = whole_directory(&place);
    let added =
        asked.iter().filter(|asked| has_succeeded(asked)).filter_map(|asked| asked.email.as_ref());
    added.for_each(|email| assert!(users.contains_key(email), "{email} is lost"));
    let log = server.log();
    assert!(!log.contains("panic"), "{log}");
    trial.figure(format!(
        "{can_do:.0}/s in calm, {offered:.0}/s asked ({times:.1} times), {} refused, p99 {refused_within:.0?}; \
         succeeded: {} % of reads, {} % of changes, {} % of sign-ins; health p99 {health:.0?}; \
         memory grew by {} MiB; normal after {normal_after:.0?}",
        refused.len(),
        share(&asked, Kind::Read),
        share(&asked, Kind::Change),
        share(&asked, Kind::SignIn),
        growth / 1024,
    ));
}
