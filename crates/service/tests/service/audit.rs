//! The audit trail: one entry for each thing that was done, with how it was before and after.

use std::sync::Arc;

use dqops_users_domain::{
    Role,
    audit::{Action, Actor, AuditEntry},
    licence::LicenceType,
};
use dqops_users_service::{Clock as _, ImportMode, KeyLifetime, NewKey};
use serde_json::{Value, json};

use crate::{
    clock::hours,
    stage::{ADMIN, Stage, on_both_stores},
    values::{STRONG, domain, domain_input, email, import_row, input, password},
    vendor,
};

on_both_stores!(
    users_are_added_changed_and_deleted_with_their_roles,
    passwords_and_keys_are_changed_without_being_shown,
    data_domains_and_licences_come_and_go,
    the_first_admin_and_a_recovery_are_written_step_by_step,
    an_import_writes_an_entry_for_each_row_that_changed_something,
);

type Line = (String, Action, String, Value, Value);

/// What was written since the last look, which must all be of this moment.
async fn written(stage: &Stage, read: &mut usize) -> Vec<Line> {
    let entries = stage.audit().await.split_off(*read);
    *read += entries.len();
    let now = stage.clock.now();
    let line = |entry: AuditEntry| {
        assert_eq!(entry.at, now);
        let or_null = |json: Option<Value>| json.unwrap_or(Value::Null);
        let actor = entry.actor.name().to_owned();
        (actor, entry.action, entry.subject, or_null(entry.before), or_null(entry.after))
    };
    entries.into_iter().map(line).collect()
}

fn line(actor: &str, action: Action, subject: &str, before: Value, after: Value) -> Line {
    (actor.to_owned(), action, subject.to_owned(), before, after)
}

const JANE: &str = "jane@example.com";

async fn users_are_added_changed_and_deleted_with_their_roles(stage: Stage) {
    let admin = stage.with_admin().await;
    stage.install(LicenceType::Enterprise, 9).await;
    let (directory, jane, mut read) = (&stage.directory, email(JANE), stage.audit().await.len());
    let (viewer, editor) = (json!({"accountRole": "viewer"}), json!({"accountRole": "editor"}));
    let with_domain = json!({"accountRole": "editor", "dataDomainRoles": {"(default)": "admin"}});

    directory.create_user(&admin, input(&jane, Role::Viewer)).await.unwrap();
    let added = line(ADMIN, Action::UserCreated, JANE, Value::Null, viewer.clone());
    assert_eq!(written(&stage, &mut read).await, [added]);

    directory.update_user(&admin, &jane, input(&jane, Role::Editor), None).await.unwrap();
    let changed = line(ADMIN, Action::UserUpdated, JANE, viewer, editor.clone());
    assert_eq!(written(&stage, &mut read).await, [changed]);

    let domains = domain_input(&jane, &[("(default)", Role::Admin)]);
    directory.update_user(&admin, &jane, domains, None).await.unwrap();
    let changed = line(ADMIN, Action::UserUpdated, JANE, editor, with_domain.clone());
    assert_eq!(written(&stage, &mut read).await, [changed]);

    directory.delete_user(&stage.operator(), &jane, None).await.unwrap();
    let operator = Actor::LocalOperator;
    let deleted = line(operator.name(), Action::UserDeleted, JANE, with_domain, Value::Null);
    assert_eq!(written(&stage, &mut read).await, [deleted]);
}

async fn passwords_and_keys_are_changed_without_being_shown(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add(JANE, Role::Viewer).await;
    let caller = stage.caller_for(&jane).await;
    let (directory, mut read) = (&stage.directory, stage.audit().await.len());

    directory.change_user_password(&admin, &jane, Some(password(STRONG))).await.unwrap();
    directory.change_caller_password(&caller, Some(password(STRONG))).await.unwrap();
    let changed = |by| line(by, Action::PasswordChanged, JANE, Value::Null, Value::Null);
    assert_eq!(written(&stage, &mut read).await, [changed(ADMIN), changed(JANE)]);

    for (lifetime, expires) in [
        (KeyLifetime::Default, json!("2026-04-01T00:00:00Z")),
        (KeyLifetime::For(hours(24)), json!("2026-01-02T00:00:00Z")),
    ] {
        let wanted = NewKey { owner: None, name: "ci".to_owned(), lifetime };
        let key = directory.issue_api_key(&caller, wanted).await.unwrap().key;
        let shown = json!({"id": key.id.0.to_string(), "name": "ci", "expiresAt": expires});
        let issued = line(JANE, Action::ApiKeyIssued, JANE, Value::Null, shown.clone());
        assert_eq!(written(&stage, &mut read).await, [issued]);
        directory.revoke_api_key(&admin, key.id).await.unwrap();
        let revoked = line(ADMIN, Action::ApiKeyRevoked, JANE, shown, Value::Null);
        assert_eq!(written(&stage, &mut read).await, [revoked]);
    }
}

async fn data_domains_and_licences_come_and_go(stage: Stage) {
    let admin = stage.with_admin().await;
    let (directory, mut read) = (&stage.directory, stage.audit().await.len());
    let id = vendor::claims(LicenceType::Team, 1).id.to_string();
    let summary = |kind, seats| json!({"id": id, "type": kind, "seats": seats, "expiresAt": null, "customer": "ACME"});
    let (team, enterprise) = (summary("TEAM", 7), summary("ENTERPRISE", 9));

    for (licence_type, seats) in [(LicenceType::Team, 7), (LicenceType::Enterprise, 9)] {
        let token = vendor::licence(licence_type, seats, None);
        directory.install_licence(&admin, &token).await.unwrap();
    }
    let expected = [
        line(ADMIN, Action::LicenceInstalled, &id, Value::Null, team.clone()),
        line(ADMIN, Action::LicenceInstalled, &id, team, enterprise.clone()),
    ];
    assert_eq!(written(&stage, &mut read).await, expected);

    directory.add_data_domain(&admin, domain("sales")).await.unwrap();
    let added = line(ADMIN, Action::DataDomainAdded, "sales", Value::Null, Value::Null);
    assert_eq!(written(&stage, &mut read).await, [added]);
    let role = domain_input(&email(ADMIN), &[("sales", Role::Viewer)]);
    directory.update_user(&admin, &email(ADMIN), role, None).await.unwrap();
    assert_eq!(written(&stage, &mut read).await.len(), 1);
    directory.remove_data_domain(&admin, domain("sales")).await.unwrap();
    let removed = line(ADMIN, Action::DataDomainRemoved, "sales", Value::Null, Value::Null);
    assert_eq!(written(&stage, &mut read).await, [removed]);

    directory.remove_licence(&admin).await.unwrap();
    let removed = line(ADMIN, Action::LicenceRemoved, &id, enterprise, Value::Null);
    assert_eq!(written(&stage, &mut read).await, [removed]);
}

async fn the_first_admin_and_a_recovery_are_written_step_by_step(stage: Stage) {
    let (directory, mut read) = (&stage.directory, 0);
    let role = |role| json!({"accountRole": role});
    let code = directory.open_setup_code().await.unwrap().unwrap();
    let strong = || Some(password(STRONG));
    directory.set_up(code.expose(), email(ADMIN), strong()).await.unwrap();
    let lines = written(&stage, &mut read).await;
    let set_up = Actor::SetUp;
    assert_eq!(
        lines[..2],
        [
            line(set_up.name(), Action::UserCreated, ADMIN, Value::Null, role("admin")),
            line(set_up.name(), Action::PasswordChanged, ADMIN, Value::Null, Value::Null),
        ]
    );
    assert_eq!(
        (lines.len(), &lines[2].0[..], lines[2].1),
        (3, set_up.name(), Action::ApiKeyIssued)
    );

    let operator = stage.operator();
    let by = Actor::LocalOperator;
    for text in [None, strong()] {
        directory.recover_admin(&operator, &email(JANE), text).await.unwrap();
    }
    let created = written(&stage, &mut read).await;
    assert_eq!(
        created,
        [
            line(by.name(), Action::UserCreated, JANE, Value::Null, role("admin")),
            line(by.name(), Action::AdminRecovered, JANE, Value::Null, Value::Null),
            line(by.name(), Action::PasswordChanged, JANE, Value::Null, Value::Null),
            line(by.name(), Action::AdminRecovered, JANE, role("admin"), Value::Null),
        ]
    );
    stage.set_role(&email(JANE), Role::Viewer).await;
    written(&stage, &mut read).await;
    directory.recover_admin(&operator, &email(JANE), None).await.unwrap();
    assert_eq!(
        written(&stage, &mut read).await,
        [
            line(by.name(), Action::UserUpdated, JANE, role("viewer"), role("admin")),
            line(by.name(), Action::AdminRecovered, JANE, role("viewer"), Value::Null),
        ]
    );
}

async fn an_import_writes_an_entry_for_each_row_that_changed_something(stage: Stage) {
    let admin = stage.with_admin().await;
    stage.add(JANE, Role::Viewer).await;
    let mut read = stage.audit().await.len();
    let rows = vec![
        import_row(2, "ann@example.com", "none"),
        import_row(3, JANE, "operator"),
        import_row(4, ADMIN, "admin"),
    ];
    let (mode, silent) = (ImportMode { update_existing: true, dry_run: false }, Arc::new(|_| {}));
    stage.directory.import_users(&admin, rows, mode, silent).await.unwrap();
    let role = |role| json!({"accountRole": role});
    assert_eq!(
        written(&stage, &mut read).await,
        [
            line(ADMIN, Action::UserCreated, "ann@example.com", Value::Null, role("none")),
            line(ADMIN, Action::UserUpdated, JANE, role("viewer"), role("operator")),
        ]
    );
}

#[tokio::test]
async fn a_named_owner_is_written_in_the_name_of_the_directory() {
    let stage = Stage::sqlite().await;
    stage.directory.name_owner(&email(JANE), Some(password(STRONG))).await.unwrap();
    let by = Actor::Directory;
    assert_eq!(
        written(&stage, &mut 0).await,
        [
            line(
                by.name(),
                Action::UserCreated,
                JANE,
                Value::Null,
                json!({"accountRole": "admin"})
            ),
            line(by.name(), Action::PasswordChanged, JANE, Value::Null, Value::Null),
        ]
    );
}
