//! P6: a stored hash that would cost without bound is refused at once.

use std::time::Duration;

use dqops_users_trust::{Ground, count, is_full, promise};

use crate::{
    people::{PASSWORD, add_all, address, names, set_password, try_to_sign_in},
    place::{Place, Store},
    time::timed,
    vendor,
};

const LIMIT: Duration = Duration::from_millis(50);

/// Less than the smallest hash needs, in KiB.
const LITTLE: u64 = 8 * 1024;

/// What somebody who can write to the database may have put there.
const HOSTILE: [&str; 8] = [
    "UPDATE passwords SET hash = '$argon2id$v=19$m=4194304,t=2,p=1$AwMDAwMDAwMDAwMDAwMDAw$snNKomDOS7DVXiAanaaJM8lXjQIl3JyJkkMiSt/+IO0'",
    "UPDATE passwords SET hash = '$argon2id$v=19$m=19456,t=1000000,p=1$AwMDAwMDAwMDAwMDAwMDAw$snNKomDOS7DVXiAanaaJM8lXjQIl3JyJkkMiSt/+IO0'",
    "UPDATE passwords SET hash = '$argon2d$v=19$m=19456,t=2,p=1$AwMDAwMDAwMDAwMDAwMDAw$snNKomDOS7DVXiAanaaJM8lXjQIl3JyJkkMiSt/+IO0'",
    "UPDATE passwords SET hash = '$argon2id$v=19$m=4194304,t=1000000,p=255$AwMDAwMDAwMDAwMDAwMDAw$snNKomDOS7DVXiAanaaJM8lXjQIl3JyJkkMiSt/+IO0'",
    "UPDATE passwords SET hash = '$argon2i$v=16$m=19456,t=2,p=1$AwMDAwMDAwMDAwMDAwMDAw$snNKomDOS7DVXiAanaaJM8lXjQIl3JyJkkMiSt/+IO0'",
    "UPDATE passwords SET hash = '$2b$31$AwMDAwMDAwMDAwMDAwMDAw'",
    "UPDATE passwords SET hash = 'purple turtles dance at noon'",
    "UPDATE passwords SET hash = ''",
];

/// Which store it is has no part in it.
#[test]
fn a_hostile_hash_is_refused_at_once_and_takes_no_memory() {
    let trial = promise("P6", "sign-ins against hostile hashes", Ground::None);
    let place = Place::new(Store::Sqlite);
    // One for each kind: more than a hundred attempts on one account have to wait.
    let users = names("user", HOSTILE.len());
    place.migrate();
    place.cli(&["licence", "install", &vendor::team(100)]).succeeds();
    place.cli(&["recover-admin", "admin@example.com"]).succeeds();
    add_all(&place, &users, "viewer");
    for user in &users {
        set_password(&place, user, PASSWORD);
    }
    let server = place.server().args(&["--trusted-proxy", "127.0.0.1"]).start();
    // The first requests take memory of their own, as for the connections to the database.
    for number in 0..20 {
        let client = server.anonymous().from(&address(number));
        client.get("/api/users").refuses(401, "authentication_required");
    }
    let (before, tries) = (server.memory("VmHWM"), count(5, 60));
    let mut times = Vec::new();
    for (kind, (hostile, user)) in HOSTILE.into_iter().zip(&users).enumerate() {
        assert_eq!(place.raw(hostile), users.len() as u64);
        for number in 0..tries {
            let client = server.anonymous().from(&address(kind * tries + number));
            let (reply, took) = timed(|| try_to_sign_in(&client, user, PASSWORD));
            reply.refuses(401, "invalid_credential");
            times.push(took);
            trial.tried(1);
        }
    }
    let more = server.memory("VmHWM") - before;
    times.sort_unstable();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    trial.figure(format!("median {median:.1?}, worst {worst:.1?}, {more} KiB more"));
    assert!(more < LITTLE, "{more} KiB were taken");
    // A busy machine takes its time for whatever it does.
    let slowest = if is_full() { worst } else { median };
    assert!(slowest < LIMIT, "{times:?}");
}
