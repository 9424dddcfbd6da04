//! T3: from where a request comes, and whom the server believes about it.

use dqops_users_domain::Role;
use dqops_users_http::{Authentication, Settings, router};

use crate::{
    call::Call,
    sign_ins::{SESSIONS, begun},
    stage::{OTHER_STRONG, STRONG, Stage},
};

const JANE: &str = "jane@example.com";
const FORWARDED_FOR: &str = "x-forwarded-for";
const PROXY: &str = "10.0.0.1";
const PROXY_NETWORK: &str = "10.0.0.0/8";

async fn stage(trusted: &[&str]) -> Stage {
    let mut stage = Stage::new().await;
    let trusted_proxies = trusted.iter().map(|network| network.parse().unwrap()).collect();
    let settings = Settings { trusted_proxies, ..Settings::new(Authentication::Required) };
    stage.router = router(stage.directory.clone(), settings);
    stage.add_with_password(JANE, Role::Viewer).await;
    stage
}

/// From where a sign-in is said to have come.
async fn noted(stage: &Stage, call: Call) -> String {
    let begun = begun(&call.send().await.gives(201));
    let list = stage.get(SESSIONS).by(&begun.token).send().await.gives(200).json();
    let sessions = list.as_array().unwrap();
    let current = sessions.iter().find(|session| session["current"] == true).unwrap();
    current["address"].as_str().unwrap().to_owned()
}

/// Tries a wrong password in many ways, and answers how often it was looked at.
async fn looked_at(stage: &Stage, calls: impl Iterator<Item = Call>) -> usize {
    let mut looked_at = 0;
    for call in calls {
        let answer = call.send().await;
        if answer.status == 401 {
            looked_at += 1;
        } else {
            answer.refuses(429, "too_many_requests");
        }
    }
    assert_eq!(stage.count_sessions(JANE).await, 0);
    looked_at
}

fn fail(stage: &Stage, peer: &str) -> Call {
    stage.attempt(JANE, OTHER_STRONG).from(peer)
}

#[tokio::test]
async fn the_header_counts_from_configured_proxies_only() {
    let stage = stage(&[PROXY_NETWORK, "2001:db8::1/128"]).await;
    for (peer, header, expected) in [
        ("203.0.113.5", "198.51.100.7", "203.0.113.5"),
        ("11.0.0.1", "198.51.100.7", "11.0.0.1"),
        ("2001:db8::2", "198.51.100.7", "2001:db8::2"),
        (PROXY, "198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("2001:db8::1", "2001:db8:7::7", "2001:db8:7::7"),
        // From right to left, up to the first that no proxy of ours vouches for.
        (PROXY, "127.0.0.1, 198.51.100.7", "198.51.100.7"),
        (PROXY, "10.0.0.9, 198.51.100.7, 10.0.0.2,10.0.0.3", "198.51.100.7"),
        (PROXY, "198.51.100.7, unknown", PROXY),
        (PROXY, "", PROXY),
    ] {
        let call = stage.attempt(JANE, STRONG).from(peer).header(FORWARDED_FOR, header);
        assert_eq!(noted(&stage, call).await, expected, "{peer}: {header}");
    }
    let call = stage.attempt(JANE, STRONG).from(PROXY);
    assert_eq!(noted(&stage, call).await, PROXY);
    let lines = stage.attempt(JANE, STRONG).from(PROXY);
    let lines = lines.header(FORWARDED_FOR, "127.0.0.1").header(FORWARDED_FOR, "198.51.100.7");
    assert_eq!(noted(&stage, lines).await, "198.51.100.7");
}

#[tokio::test]
async fn without_a_configured_proxy_no_header_counts() {
    let stage = stage(&[]).await;
    for header in [
        FORWARDED_FOR,
        "forwarded",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "x-forwarded",
        "x-cluster-client-ip",
    ] {
        for peer in ["127.0.0.1", "::1", "203.0.113.5"] {
            let call = stage.attempt(JANE, STRONG).from(peer).header(header, "198.51.100.7");
            assert_eq!(noted(&stage, call).await, peer, "{header}");
        }
    }
}

#[tokio::test]
async fn a_thousand_values_from_elsewhere_are_one_place() {
    let stage = stage(&[PROXY_NETWORK]).await;
    let calls = (0..1000).map(|number| {
        let made_up = format!("198.51.{}.{}", number / 250, number % 250);
        fail(&stage, "203.0.113.5").header(FORWARDED_FOR, &made_up)
    });
    assert_eq!(looked_at(&stage, calls).await, 10);
}

#[tokio::test]
async fn what_a_client_makes_up_behind_a_proxy_does_not_count_either() {
    let stage = stage(&[PROXY_NETWORK]).await;
    let calls = (0..1000).map(|number| {
        let made_up = format!("198.51.{}.{}, 203.0.113.5", number / 250, number % 250);
        fail(&stage, PROXY).header(FORWARDED_FOR, &made_up)
    });
    assert_eq!(looked_at(&stage, calls).await, 10);
    // Two clients of one proxy are two, and one client of two proxies is one.
    let other = fail(&stage, PROXY).header(FORWARDED_FOR, "203.0.113.6");
    other.send().await.refuses(401, "invalid_credential");
    let same = fail(&stage, "10.9.9.9").header(FORWARDED_FOR, "203.0.113.5");
    same.send().await.refuses(429, "too_many_requests");
}

#[tokio::test]
async fn the_port_of_the_peer_does_not_matter() {
    let stage = stage(&[]).await;
    let calls = (0..50).map(|number| {
        stage
            .attempt(JANE, OTHER_STRONG)
            .over_connection(&format!("203.0.113.5:{}", 40_000 + number))
    });
    assert_eq!(looked_at(&stage, calls).await, 10);
}
