//! What the audit trail does not hold: what was refused, what changed nothing, and secrets.

use std::sync::Arc;

use dqops_users_domain::{Role, TokenDigest, audit::AuditEntry, licence::LicenceType};
use dqops_users_service::{Directory, IfMatch, ImportMode, ServiceError, UserVersion};

use crate::{
    links::HERE,
    stage::{ADMIN, Stage, on_both_stores},
    values::{
        OTHER_STRONG, STRONG, assert_refused, domain, domain_input, email, hex, import_row, input,
        password,
    },
    vendor,
};

on_both_stores!(
    what_is_refused_leaves_no_entry,
    what_changes_nothing_leaves_no_entry,
    of_many_changes_at_once_each_that_was_made_has_one_entry,
    no_entry_holds_a_secret,
);

async fn what_is_refused_leaves_no_entry(stage: Stage) {
    let admin = stage.with_admin().await;
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let viewer = stage.caller_for(&jane).await;
    for number in 0..3 {
        stage.add(&format!("user{number}@example.com"), Role::Viewer).await;
    }
    let (directory, before) = (&stage.directory, stage.audit().await);
    let new = input(&email("new@example.com"), Role::Viewer);
    let (last, name) = (input(&email(ADMIN), Role::Viewer), email(ADMIN));
    let of_before = Some(IfMatch::OneOf(Vec::<UserVersion>::new()));
    let rows = vec![import_row(1, "new@example.com", "viewer"), import_row(2, "?", "viewer")];
    let silent = Arc::new(|_| {});

    assert_refused!(
        directory.create_user(&viewer, new.clone()).await,
        ServiceError::PermissionDenied(_)
    );
    assert_refused!(directory.create_user(&admin, new).await, ServiceError::Licence(_));
    assert_refused!(
        directory.update_user(&admin, &name, last, None).await,
        ServiceError::LastAdmin(_)
    );
    assert_refused!(directory.delete_user(&admin, &name, None).await, ServiceError::LastAdmin(_));
    assert_refused!(
        directory.delete_user(&admin, &jane, of_before).await,
        ServiceError::PreconditionFailed
    );
    assert_refused!(directory.add_data_domain(&admin, domain("a")).await, ServiceError::Licence(_));
    assert_refused!(directory.remove_licence(&admin).await, ServiceError::NoLicenceInstalled);
    assert_refused!(
        directory.change_caller_password(&viewer, Some(password("short"))).await,
        ServiceError::PasswordRejected(_)
    );
    assert_refused!(
        directory.verify_password(ADMIN, password(STRONG)).await,
        ServiceError::SignInRefused
    );
    let mode = ImportMode::default();
    assert_eq!(directory.import_users(&admin, rows, mode, silent).await.unwrap().errors.len(), 2);
    assert_eq!(stage.audit().await, before);
}

async fn what_changes_nothing_leaves_no_entry(stage: Stage) {
    let admin = stage.with_admin().await;
    stage.install(LicenceType::Enterprise, 9).await;
    let (directory, before) = (&stage.directory, stage.audit().await);
    let name = email(ADMIN);
    directory.update_user(&admin, &name, input(&name, Role::Admin), None).await.unwrap();
    let no_domains = domain_input(&name, &[("(default)", Role::None)]);
    directory.update_user(&admin, &name, no_domains, None).await.unwrap();
    let same = vendor::licence(LicenceType::Enterprise, 9, None);
    directory.install_licence(&admin, &same).await.unwrap();
    directory.offer_licence(&admin, &same).await.unwrap();
    let older = vendor::licence(LicenceType::Team, 50, None);
    directory.offer_licence(&admin, &older).await.unwrap();
    assert!(!directory.name_owner(&email("new@example.com"), None).await.unwrap());
    directory.start().await.unwrap();
    directory.note_time().await.unwrap();
    assert!(directory.open_setup_code().await.unwrap().is_none());
    assert_eq!(stage.audit().await, before);
}

async fn of_many_changes_at_once_each_that_was_made_has_one_entry(stage: Stage) {
    let replicas = [stage.directory.clone(), stage.second().await];
    let create = async |directory: Directory, number: usize| {
        let name = email(&format!("user{}@example.com", number % 20));
        let new = input(&name, Role::Viewer);
        directory.create_user(&directory.local_operator(), new).await.is_ok()
    };
    let attempts: Vec<_> =
        (0..60).map(|number| tokio::spawn(create(replicas[number % 2].clone(), number))).collect();
    let mut made = 0;
    for attempt in attempts {
        made += usize::from(attempt.await.unwrap());
    }
    let mut subjects: Vec<_> = stage.audit().await.into_iter().map(|entry| entry.subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!((made, subjects.len(), stage.audit().await.len()), (5, 5, 5));
}

fn text(entries: &[AuditEntry]) -> String {
    let state = |state: &Option<serde_json::Value>| {
        state.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let line = |entry: &AuditEntry| {
        let (actor, action) = (entry.actor.name(), entry.action.as_str());
        let states = (state(&entry.before), state(&entry.after));
        format!("{actor} {action} {} {} {}\n", entry.subject, states.0, states.1)
    };
    entries.iter().map(line).collect()
}

async fn no_entry_holds_a_secret(stage: Stage) {
    let mut secrets = Vec::new();
    let directory = &stage.directory;
    let code = directory.open_setup_code().await.unwrap().unwrap();
    let set_up = directory.set_up(code.expose(), email(ADMIN), Some(password(STRONG))).await;
    let admin_key = set_up.unwrap().api_key;
    let admin = directory.authenticate(admin_key.expose()).await.unwrap();
    let licence = vendor::licence(LicenceType::Enterprise, 9, None);
    directory.install_licence(&admin, &licence).await.unwrap();
    secrets.extend(licence.split('.').skip(1).map(str::to_owned));
    let jane = stage.add("jane@example.com", Role::Viewer).await;
    let (_, token, id) = stage.caller_with_key(&jane).await;
    directory.change_user_password(&admin, &jane, Some(password(OTHER_STRONG))).await.unwrap();
    directory.recover_admin(&stage.operator(), &jane, Some(password(STRONG))).await.unwrap();
    for user in [&jane, &email(ADMIN)] {
        let hash = stage.stored_hash(user).await.unwrap();
        secrets.extend(hash.expose().split('$').skip(4).map(str::to_owned));
    }
    directory.revoke_api_key(&admin, id).await.unwrap();
    let used = directory.issue_password_link(&admin, &jane).await.unwrap().token;
    let new = Some(password(OTHER_STRONG));
    directory.redeem_password_link(used.expose(), new, HERE).await.unwrap();
    let revoked = directory.issue_password_link(&admin, &jane).await.unwrap().token;
    directory.revoke_password_link(&admin, &jane).await.unwrap();
    directory.remove_licence(&admin).await.unwrap();

    for token in [&code, &admin_key, &token, &used, &revoked] {
        secrets.push(token.expose().rsplit_once('_').unwrap().1.to_owned());
        let TokenDigest(digest) = token.digest();
        secrets.push(hex(&digest));
    }
    secrets.extend([STRONG, OTHER_STRONG, "dqu_", "dqul1", "$argon2"].map(str::to_owned));
    let trail = text(&stage.audit().await);
    assert!(trail.contains("api_key_revoked") && trail.contains("licence_removed"), "{trail}");
    for secret in secrets {
        assert!(secret.len() >= 4 && !trail.contains(&secret), "{secret} stands in the trail");
    }
}
