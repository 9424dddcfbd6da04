//! Roles in data domains: what is sent, what is kept, what is shown.

use dqops_users_domain::{
    Email, Role,
    licence::{LicenceRefusal, LicenceType},
};
use dqops_users_service::{FieldError, ServiceError, UserInput};

use crate::{
    stage::{Stage, on_both_stores},
    values::{assert_refused, domain, domain_input, domain_roles, email, input},
};

on_both_stores!(
    what_is_sent_replaces_all_domain_roles_and_none_removes_one,
    an_absent_map_leaves_and_an_empty_map_clears,
    a_view_lists_every_domain_in_order,
    a_removed_domain_takes_its_roles_with_it,
    without_data_domains_real_roles_are_refused_and_others_ignored,
);

/// ENTERPRISE with the data domains `hr` and `sales`, and a viewer.
async fn enterprise(stage: &Stage) -> Email {
    stage.install(LicenceType::Enterprise, 50).await;
    for name in ["sales", "hr"] {
        stage.directory.add_data_domain(&stage.operator(), domain(name)).await.unwrap();
    }
    stage.add("jane@example.com", Role::Viewer).await
}

async fn set(stage: &Stage, user: &Email, roles: &[(&str, Role)]) -> Result<(), ServiceError> {
    let input = domain_input(user, roles);
    stage.directory.update_user(&stage.operator(), user, input, None).await
}

async fn kept(stage: &Stage, user: &Email) -> Vec<(String, Role)> {
    let roles = stage.find(user).await.unwrap().roles.domains;
    roles.into_iter().map(|(name, role)| (name.to_string(), role)).collect()
}

fn named(roles: &[(&str, Role)]) -> Vec<(String, Role)> {
    roles.iter().map(|(name, role)| ((*name).to_owned(), *role)).collect()
}

async fn what_is_sent_replaces_all_domain_roles_and_none_removes_one(stage: Stage) {
    let jane = enterprise(&stage).await;
    set(&stage, &jane, &[("(default)", Role::Editor), ("hr", Role::Admin)]).await.unwrap();
    assert_eq!(
        kept(&stage, &jane).await,
        named(&[("(default)", Role::Editor), ("hr", Role::Admin)])
    );
    let next = [("hr", Role::None), ("sales", Role::Operator), ("(default)", Role::Editor)];
    set(&stage, &jane, &next).await.unwrap();
    let expected = named(&[("(default)", Role::Editor), ("sales", Role::Operator)]);
    assert_eq!(kept(&stage, &jane).await, expected);
    set(&stage, &jane, &[("sales", Role::Viewer)]).await.unwrap();
    assert_eq!(kept(&stage, &jane).await, named(&[("sales", Role::Viewer)]));
}

async fn an_absent_map_leaves_and_an_empty_map_clears(stage: Stage) {
    let jane = enterprise(&stage).await;
    set(&stage, &jane, &[("sales", Role::Editor)]).await.unwrap();
    stage.set_role(&jane, Role::Operator).await;
    assert_eq!(kept(&stage, &jane).await, named(&[("sales", Role::Editor)]));
    set(&stage, &jane, &[]).await.unwrap();
    assert_eq!(kept(&stage, &jane).await, []);
    assert_eq!(stage.find(&jane).await.unwrap().roles.account, Role::Operator);
}

async fn a_view_lists_every_domain_in_order(stage: Stage) {
    let jane = enterprise(&stage).await;
    let joe = email("joe@example.com");
    let roles = Some(domain_roles(&[("sales", Role::Admin), ("hr", Role::None)]));
    let created = UserInput { data_domain_roles: roles, ..input(&joe, Role::Operator) };
    stage.directory.create_user(&stage.operator(), created).await.unwrap();

    let of_joe =
        domain_roles(&[("(default)", Role::None), ("hr", Role::None), ("sales", Role::Admin)]);
    let of_jane =
        domain_roles(&[("(default)", Role::None), ("hr", Role::None), ("sales", Role::None)]);
    let view = stage.directory.get_user(&stage.operator(), &joe).await.unwrap();
    assert_eq!(view.data_domain_roles.as_ref(), Some(&of_joe));
    let mut listed = Vec::new();
    let mut visit = |user| listed.push(user);
    stage.directory.visit_users(&stage.operator(), &mut visit).await.unwrap();
    assert_eq!(listed[1], *view);
    assert_eq!((&listed[0].email, listed[0].data_domain_roles.as_ref()), (&jane, Some(&of_jane)));

    stage.install(LicenceType::Team, 50).await;
    let view = stage.directory.get_user(&stage.operator(), &joe).await.unwrap();
    assert_eq!(view.data_domain_roles, None);
}

async fn a_removed_domain_takes_its_roles_with_it(stage: Stage) {
    let jane = enterprise(&stage).await;
    set(&stage, &jane, &[("sales", Role::Editor), ("hr", Role::Viewer)]).await.unwrap();
    let operator = stage.operator();
    stage.directory.remove_data_domain(&operator, domain("sales")).await.unwrap();
    assert_eq!(kept(&stage, &jane).await, named(&[("hr", Role::Viewer)]));
    let view = stage.directory.get_user(&operator, &jane).await.unwrap();
    let shown = domain_roles(&[("(default)", Role::None), ("hr", Role::Viewer)]);
    assert_eq!(view.data_domain_roles.as_ref(), Some(&shown));
}

async fn without_data_domains_real_roles_are_refused_and_others_ignored(stage: Stage) {
    let jane = enterprise(&stage).await;
    set(&stage, &jane, &[("sales", Role::Editor)]).await.unwrap();
    for licence_type in [LicenceType::Team, LicenceType::Free] {
        stage.install(licence_type, 50).await;
        // What the DQOps web UI always sends; also a domain that does not exist does not matter.
        set(&stage, &jane, &[("(default)", Role::None)]).await.unwrap();
        set(&stage, &jane, &[("nowhere", Role::None), ("sales", Role::None)]).await.unwrap();
        set(&stage, &jane, &[]).await.unwrap();
        for real in [("(default)", Role::Viewer), ("sales", Role::Viewer), ("x", Role::Admin)] {
            assert_refused!(
                set(&stage, &jane, &[("hr", Role::None), real]).await,
                ServiceError::Licence(LicenceRefusal::Required { held, .. })
                    if held == licence_type
            );
        }
        assert_eq!(kept(&stage, &jane).await, named(&[("sales", Role::Editor)]));
    }
}

#[tokio::test]
async fn a_role_in_an_unknown_domain_is_refused_by_name() {
    let stage = Stage::sqlite().await;
    let jane = enterprise(&stage).await;
    let operator = stage.operator();
    stage.directory.remove_data_domain(&operator, domain("hr")).await.unwrap();
    for unknown in ["nowhere", "Sales", "hr"] {
        let field_name = format!("dataDomainRoles.{unknown}");
        let sent = [("sales", Role::Viewer), (unknown, Role::Viewer)];
        assert_refused!(
            set(&stage, &jane, &sent).await,
            ServiceError::InvalidField(FieldError { field, .. }) if field == field_name
        );
        let new = email("new@example.com");
        let create =
            UserInput { data_domain_roles: Some(domain_roles(&sent)), ..input(&new, Role::Viewer) };
        assert_refused!(
            stage.directory.create_user(&operator, create).await,
            ServiceError::InvalidField(FieldError { field, .. }) if field == field_name
        );
    }
    assert_eq!(kept(&stage, &jane).await, []);
    set(&stage, &jane, &[("nowhere", Role::None)]).await.unwrap();
}
