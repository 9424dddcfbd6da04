//! A commit whose answer is lost on the way: it is said that nobody knows, and then seen what is.

use crate::{
    place::{Place, Store},
    proxy::Proxy,
    server::Server,
    time::{PATIENCE, eventually},
    trail::whole_directory,
    truth::{Said, said},
    vendor,
};

fn start(place: &Place, proxy: &Proxy) -> Server {
    let program = place.server().env("DQOPS_USERS_LICENCE", &vendor::team(1_000_000));
    program.env("DQOPS_USERS_DATABASE_URL", &proxy.url(place.url())).start()
}

#[test]
fn a_commit_whose_answer_is_lost_is_said_to_be_unknown_and_then_seen() {
    let place = Place::new(Store::Postgres);
    let proxy = Proxy::to(place.url());
    let server = start(&place, &proxy);
    let admin = server.set_up();
    // The use of the key is noted beside the first request, and then not for a minute.
    eventually(PATIENCE, "the use of the key is noted", || {
        admin.get("/api/keys").json()[0]["lastUsedAt"].is_string().then_some(())
    });
    for round in 0..5 {
        let email = format!("user{round}@example.com");
        admin.get("/api/users").gives(200);
        proxy.lose_commit();
        let reply = admin.add(&email, "viewer");
        assert!(proxy.is_sound(), "no commit was lost");
        assert_eq!(said(&reply), Said::Unknown, "{reply:?}");
        assert!(admin.emails().contains(&email), "the server shows what was before");
        admin.add(&email, "viewer").refuses(409, "user_exists");
    }
    assert_eq!(whole_directory(&place).len(), 6);
}
