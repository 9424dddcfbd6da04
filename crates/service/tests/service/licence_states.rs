//! The contract's table: what every state of the licence allows.
//!
//! A licence gates what widens access, never seeing who has it or taking it away.

use dqops_users_domain::{
    Email, Role,
    licence::{LicenceRefusal, LicenceType},
};
use dqops_users_service::{ServiceError, UserPage};
use jiff::Timestamp;

use crate::{
    clock::days,
    stage::Stage,
    values::{STRONG, domain, domain_input, email, input, password},
    vendor,
};

const TARGET: &str = "target@example.com";

/// `y` done, `r` another licence required, `e` lapsed, `l` all seats taken.
fn letter<T>(answer: Result<T, ServiceError>) -> char {
    match answer.map(drop) {
        Ok(()) => 'y',
        Err(ServiceError::Licence(LicenceRefusal::Required { .. })) => 'r',
        Err(ServiceError::Licence(LicenceRefusal::Expired { .. })) => 'e',
        Err(ServiceError::Licence(LicenceRefusal::UserLimitReached { .. })) => 'l',
        Err(other) => panic!("{other:?}"),
    }
}

/// A directory without an admin, so that the rule of the last admin does not mix in: an operator with
/// the given domain role, and users up to the given number.
async fn directory_of(users: u64, domain_role: Role) -> (Stage, Email) {
    let stage = Stage::sqlite().await;
    stage.install(LicenceType::Enterprise, 100).await;
    let target = stage.add(TARGET, Role::Operator).await;
    let roles = domain_input(&target, &[("(default)", domain_role)]);
    stage.directory.update_user(&stage.operator(), &target, roles, None).await.unwrap();
    for number in 1..users {
        stage.add(&format!("user{number}@example.com"), Role::Viewer).await;
    }
    (stage, target)
}

/// What stays possible in every state: list, get, export, change a password, sign in.
async fn open_operations(stage: &Stage, target: &Email) -> String {
    let (directory, operator) = (&stage.directory, stage.operator());
    let letters = [
        letter(directory.page_of_users(&operator, UserPage::default()).await),
        letter(directory.get_user(&operator, target).await),
        letter(directory.visit_users(&operator, &mut |_| {}).await),
        letter(directory.change_user_password(&operator, target, Some(password(STRONG))).await),
        letter(directory.verify_password(TARGET, password(STRONG)).await),
    ];
    letters.iter().collect()
}

/// Create, lower, widen, lower in a data domain, widen in one, add a data domain, delete.
async fn gated_operations(stage: &Stage, target: &Email) -> String {
    let (directory, operator) = (&stage.directory, stage.operator());
    let new = email("new@example.com");
    let create = letter(directory.create_user(&operator, input(&new, Role::Viewer)).await);
    if create == 'y' {
        stage.delete(&new).await;
    }
    let mut letters = vec![create];
    for change in [
        input(target, Role::Viewer),
        input(target, Role::Editor),
        domain_input(target, &[("(default)", Role::Viewer)]),
        domain_input(target, &[("(default)", Role::Admin)]),
    ] {
        letters.push(letter(directory.update_user(&operator, target, change, None).await));
    }
    letters.push(letter(directory.add_data_domain(&operator, domain("sales")).await));
    letters.push(letter(directory.delete_user(&operator, target, None).await));
    letters.iter().collect()
}

async fn assert_row(case: &str, (stage, target): (Stage, Email), expected: &str) {
    assert_eq!(open_operations(&stage, &target).await, "yyyyy", "{case}");
    assert_eq!(gated_operations(&stage, &target).await, expected, "{case}");
    let next = vendor::licence(LicenceType::Enterprise, 100, None);
    let installed = stage.directory.install_licence(&stage.operator(), &next).await;
    assert_eq!(letter(installed), 'y', "{case}: installing a licence");
}

async fn licensed(licence_type: LicenceType, seats: u32, users: u64) -> (Stage, Email) {
    let is_enterprise = licence_type == LicenceType::Enterprise;
    let domain_role = if is_enterprise { Role::Operator } else { Role::None };
    let (stage, target) = directory_of(users, domain_role).await;
    stage.install(licence_type, seats).await;
    (stage, target)
}

async fn lapsed(licence_type: LicenceType, seats: u32, users: u64) -> (Stage, Email) {
    let (stage, target) = licensed(licence_type, seats, users).await;
    let end: Timestamp = vendor::at("2026-02-01T00:00:00Z");
    let token = vendor::licence(licence_type, seats, Some(end));
    stage.directory.install_licence(&stage.operator(), &token).await.unwrap();
    stage.clock.set(end);
    (stage, target)
}

async fn evaluation(users: u64) -> (Stage, Email) {
    let (stage, target) = directory_of(users, Role::None).await;
    stage.directory.remove_licence(&stage.operator()).await.unwrap();
    (stage, target)
}

#[tokio::test]
async fn the_evaluation_is_team_with_five_seats_until_it_is_over() {
    assert_row("evaluation", evaluation(4).await, "yyyrrry").await;
    assert_row("evaluation at its seats", evaluation(5).await, "lyyrrry").await;
    let over = evaluation(4).await;
    over.0.clock.advance(days(30));
    assert_row("evaluation over", over, "eyerrry").await;
}

#[tokio::test]
async fn team_allows_all_but_data_domain_roles_within_its_seats() {
    assert_row("TEAM", licensed(LicenceType::Team, 4, 3).await, "yyyrrry").await;
    assert_row("TEAM at its seats", licensed(LicenceType::Team, 3, 3).await, "lyyrrry").await;
    assert_row("TEAM over its seats", licensed(LicenceType::Team, 2, 4).await, "lyyrrry").await;
    assert_row("lapsed TEAM", lapsed(LicenceType::Team, 9, 3).await, "eyerrry").await;
    assert_row("lapsed TEAM over", lapsed(LicenceType::Team, 2, 3).await, "eyerrry").await;
}

#[tokio::test]
async fn enterprise_allows_data_domain_roles_and_when_lapsed_only_lower_ones() {
    use LicenceType::Enterprise;
    assert_row("ENTERPRISE", licensed(Enterprise, 4, 3).await, "yyyyyyy").await;
    assert_row("ENTERPRISE at its seats", licensed(Enterprise, 3, 3).await, "lyyyyyy").await;
    assert_row("ENTERPRISE over its seats", licensed(Enterprise, 2, 4).await, "lyyyyyy").await;
    assert_row("lapsed ENTERPRISE", lapsed(Enterprise, 9, 3).await, "eyeyeey").await;
    assert_row("lapsed ENTERPRISE over", lapsed(Enterprise, 2, 3).await, "eyeyeey").await;
}

#[tokio::test]
async fn free_and_personal_only_come_down_to_their_one_seat() {
    for one_seat in [LicenceType::Free, LicenceType::Personal] {
        let alone = licensed(one_seat, 1, 1).await;
        assert_row(&format!("{one_seat} with one user"), alone, "rrrrrrr").await;
        let two = licensed(one_seat, 1, 2).await;
        assert_row(&format!("{one_seat} with two users"), two, "ryrrrry").await;
        // Whatever number of seats stands in it.
        let more = licensed(one_seat, 50, 2).await;
        assert_row(&format!("{one_seat} that says 50 seats"), more, "ryrrrry").await;
        let over = lapsed(one_seat, 1, 3).await;
        assert_row(&format!("lapsed {one_seat} with three users"), over, "ryrrrry").await;
    }
}

#[tokio::test]
async fn no_licence_refuses_the_first_user() {
    for token in [
        vendor::licence(LicenceType::Free, 1, None),
        vendor::licence(LicenceType::Team, 5, Some(vendor::at("2020-01-01T00:00:00Z"))),
    ] {
        let stage = Stage::sqlite().await;
        stage.directory.install_licence(&stage.operator(), &token).await.unwrap();
        stage.add("first@example.com", Role::Admin).await;
        let second = input(&email("second@example.com"), Role::Viewer);
        assert_ne!(letter(stage.directory.create_user(&stage.operator(), second).await), 'y');
    }
}
