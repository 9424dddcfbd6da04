//! The outlook says what the real change then answers: in every state of the licence, for every role
//! and every user.

use dqops_users_domain::{Email, Role, licence::LicenceType};
use dqops_users_service::{Clock as _, ServiceError};

use crate::{
    clock::days,
    links::link_for,
    stage::{ADMIN, Stage, on_both_stores},
    values::{STRONG, domain_input, email, input},
    vendor,
};

on_both_stores!(an_admin_sees_what_is_known_of_a_user, seats_are_counted_as_they_are_taken);

/// What the licence is: its type and seats, and whether it has lapsed; `None` is the evaluation.
type State = Option<(LicenceType, u32, bool)>;

const TEAM: LicenceType = LicenceType::Team;
const ENTERPRISE: LicenceType = LicenceType::Enterprise;

const STATES: [State; 14] = [
    None,
    Some((TEAM, 6, false)),
    Some((TEAM, 5, false)),
    Some((TEAM, 1, false)),
    Some((TEAM, 6, true)),
    Some((TEAM, 1, true)),
    Some((ENTERPRISE, 6, false)),
    Some((ENTERPRISE, 2, false)),
    Some((ENTERPRISE, 1, false)),
    Some((ENTERPRISE, 6, true)),
    Some((ENTERPRISE, 1, true)),
    Some((LicenceType::Free, 1, false)),
    Some((LicenceType::Free, 1, true)),
    Some((LicenceType::Personal, 9, false)),
];

/// A user with its account role and its role in the root domain.
type Person = (&'static str, Role, Role);

const BOSS: Person = (ADMIN, Role::Admin, Role::None);
const OTHER_BOSS: Person = ("boss@example.com", Role::Admin, Role::Viewer);
const PLAIN: Person = ("viewer@example.com", Role::Viewer, Role::None);
const MIXED: Person = ("operator@example.com", Role::Operator, Role::Operator);
const BARE: Person = ("none@example.com", Role::None, Role::Editor);

/// Lets everything be done, to set the scene.
async fn allow_all(stage: &Stage) {
    stage.install(ENTERPRISE, 1000).await;
}

async fn enter(stage: &Stage, held: State) {
    match held {
        None => stage.directory.remove_licence(&stage.operator()).await.unwrap(),
        Some((licence_type, seats, has_lapsed)) => {
            let end = has_lapsed.then(|| vendor::at("2025-12-15T00:00:00Z"));
            let token = vendor::licence(licence_type, seats, end);
            stage.directory.install_licence(&stage.operator(), &token).await.unwrap();
        }
    }
}

/// Puts a user in place, as it was before.
async fn put(stage: &Stage, (name, account, in_domain): Person) {
    let name = email(name);
    if stage.find(&name).await.is_none() {
        stage.add(name.as_str(), account).await;
    }
    let mut roles = domain_input(&name, &[("(default)", in_domain)]);
    roles.account_role = Some(account);
    stage.directory.update_user(&stage.operator(), &name, roles, None).await.unwrap();
}

/// Whether what was foretold is what came.
fn assert_agree<E: Into<ServiceError>>(
    what: &str,
    foretold: Option<E>,
    answer: &Result<(), ServiceError>,
) {
    let foretold = foretold.map_or(Ok(()), |refusal| Err(refusal.into()));
    assert_eq!(format!("{foretold:?}"), format!("{answer:?}"), "{what}");
}

/// Tries all that the outlook speaks of on one user; everything is as before afterwards.
async fn try_all(stage: &Stage, held: State, person: Person, what: &str) {
    let (directory, operator, name) = (&stage.directory, stage.operator(), email(person.0));
    let outlook = || async { directory.user_outlook(&operator, &name).await.unwrap() };
    let restore = async |answer: &Result<(), ServiceError>| {
        if answer.is_ok() {
            allow_all(stage).await;
            put(stage, person).await;
            enter(stage, held).await;
        }
    };
    let roles = outlook().await.roles;
    assert_eq!(roles.iter().map(|(role, _)| *role).collect::<Vec<_>>(), Role::ALL);
    for (role, foretold) in roles {
        let answer = directory.update_user(&operator, &name, input(&name, role), None).await;
        assert_agree(&format!("{what}: to {role}"), foretold, &answer);
        restore(&answer).await;
    }
    let widest = domain_input(&name, &[("(default)", Role::Admin)]);
    let foretold = outlook().await.domain_roles_refusal;
    let answer = directory.update_user(&operator, &name, widest, None).await;
    assert_agree(&format!("{what}: in a domain"), foretold, &answer);
    restore(&answer).await;
    let foretold = outlook().await.deletion_refusal;
    let answer = directory.delete_user(&operator, &name, None).await;
    assert_agree(&format!("{what}: deleted"), foretold, &answer);
    restore(&answer).await;
}

async fn try_seats(stage: &Stage, held: State, what: &str) {
    let (directory, operator, new) = (&stage.directory, stage.operator(), email("new@example.com"));
    let outlook = directory.seat_outlook(&operator).await.unwrap();
    assert_eq!(outlook.users, stage.count_users().await);
    let has_domains = matches!(held, Some((ENTERPRISE, ..)));
    assert_eq!(outlook.has_data_domains, has_domains, "{what}");
    let answer = directory.create_user(&operator, input(&new, Role::Viewer)).await.map(drop);
    assert_agree(&format!("{what}: one more"), outlook.refusal, &answer);
    if answer.is_ok() {
        allow_all(stage).await;
        stage.delete(&new).await;
        enter(stage, held).await;
    }
}

async fn try_states(stage: &Stage, people: &[Person], states: &[State]) {
    allow_all(stage).await;
    for person in people {
        put(stage, *person).await;
    }
    for held in states {
        enter(stage, *held).await;
        let what = format!("{held:?} with {} users", people.len());
        try_seats(stage, *held, &what).await;
        for person in people {
            try_all(stage, *held, *person, &format!("{what}: {}", person.0)).await;
        }
        allow_all(stage).await;
    }
}

#[tokio::test]
async fn a_refusal_that_is_foretold_comes_and_no_other_to_the_only_user() {
    try_states(&Stage::sqlite().await, &[BOSS], &STATES).await;
}

#[tokio::test]
async fn a_refusal_that_is_foretold_comes_and_no_other_beside_one_admin() {
    try_states(&Stage::sqlite().await, &[BOSS, MIXED], &STATES).await;
}

#[tokio::test]
async fn a_refusal_that_is_foretold_comes_and_no_other_among_many() {
    let people = [BOSS, OTHER_BOSS, PLAIN, MIXED, BARE];
    try_states(&Stage::sqlite().await, &people, &STATES).await;
}

#[tokio::test]
async fn a_refusal_that_is_foretold_comes_and_no_other_after_the_evaluation() {
    let stage = Stage::sqlite().await;
    stage.clock.advance(days(30));
    try_states(&stage, &[BOSS, PLAIN], &[None]).await;
    // Nor does a clock that is set back bring it to life again.
    stage.add("later@example.com", Role::Viewer).await;
    stage.clock.advance(days(-10));
    try_states(&stage, &[BOSS, PLAIN], &[None]).await;
}

async fn an_admin_sees_what_is_known_of_a_user(stage: Stage) {
    let admin = stage.with_admin().await;
    stage.clock.advance(days(1));
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let see = async |user: &Email| stage.directory.user_outlook(&admin, user).await.unwrap();
    let own = see(&email(ADMIN)).await;
    assert!(own.is_caller && own.is_last_admin && !own.has_password);
    assert!(matches!(own.deletion_refusal, Some(ServiceError::LastAdmin(_))));
    assert_eq!(own.added_at, stage.clock.now() - days(1));

    let seen = see(&jane).await;
    assert!(!seen.is_caller && !seen.is_last_admin && !seen.has_password);
    assert_eq!((seen.view.email.clone(), seen.added_at), (jane.clone(), stage.clock.now()));
    assert!(seen.link.is_none() && seen.deletion_refusal.is_none());
    link_for(&stage, &jane).await;
    assert!(see(&jane).await.link.is_some());
    stage.set_password(&jane, STRONG).await;
    let seen = see(&jane).await;
    assert!(seen.has_password && seen.link.is_none());
    stage.set_role(&jane, Role::Admin).await;
    assert!(!see(&email(ADMIN)).await.is_last_admin && !see(&jane).await.is_last_admin);
    assert!(matches!(
        stage.directory.user_outlook(&admin, &email("nobody@example.com")).await,
        Err(ServiceError::UserNotFound(_))
    ));
}

async fn seats_are_counted_as_they_are_taken(stage: Stage) {
    let admin = stage.with_admin().await;
    for users in 1..=5 {
        let outlook = stage.directory.seat_outlook(&admin).await.unwrap();
        assert_eq!((outlook.users, outlook.seats), (users, 5));
        assert_eq!(outlook.refusal.is_some(), users == 5);
        if users < 5 {
            stage.add(&format!("user{users}@example.com"), Role::Viewer).await;
        }
    }
    let second = stage.second().await;
    stage.install(TEAM, 6).await;
    for directory in [&stage.directory, &second] {
        let outlook = directory.seat_outlook(&stage.operator()).await.unwrap();
        assert_eq!((outlook.users, outlook.seats, outlook.refusal), (5, 6, None));
    }
}
