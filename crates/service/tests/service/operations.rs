//! Every operation of the directory that takes a caller, and what it answers to each role.

use std::{ops::ControlFlow::Continue, sync::Arc};

use dqops_users_domain::{ApiKeyId, DataDomainName, Email, Role, SessionId, licence::LicenceType};
use dqops_users_service::{
    AuditPage, Caller, CopyError, CopyPlan, CopyPurpose, Directory, ImportMode, KeyLifetime,
    NewKey, ServiceError, UserBrowse, UserPage,
};
use futures_util::future::BoxFuture;

use crate::{
    sign_ins::HOME,
    stage::Stage,
    values::{STRONG, domain, email, import_row, input, password},
    vendor,
};

/// One trial: a caller, somebody else, and a thing of each kind to work on.
pub(crate) struct Trial {
    pub(crate) directory: Directory,
    pub(crate) caller: Caller,
    /// The caller's own email; of a caller without one, that of a user who does not matter.
    pub(crate) own: Email,
    pub(crate) own_key: ApiKeyId,
    pub(crate) own_session: SessionId,
    pub(crate) other: Email,
    pub(crate) other_key: ApiKeyId,
    pub(crate) other_session: SessionId,
    pub(crate) new: Email,
    pub(crate) domain: DataDomainName,
    pub(crate) new_domain: DataDomainName,
    pub(crate) licence: String,
}

impl Trial {
    /// Sets the scene for one trial of a caller with the given role.
    pub(crate) async fn prepare(stage: &Stage, number: usize, role: Role) -> Self {
        let own = stage.add(&format!("own{number}@example.com"), role).await;
        let other = stage.add(&format!("other{number}@example.com"), Role::Viewer).await;
        let (caller, _, own_key) = stage.caller_with_key(&own).await;
        let other_key = stage.key_for(&other).await.key.id;
        stage.set_password(&own, STRONG).await;
        stage.directory.issue_password_link(&stage.operator(), &other).await.unwrap();
        let own_session = stage.session_for(&own).await.1;
        let other_session = stage.session_for(&other).await.1;
        let domain = domain(&format!("old{number}"));
        stage.directory.add_data_domain(&stage.operator(), domain.clone()).await.unwrap();
        Self {
            directory: stage.directory.clone(),
            caller,
            own,
            own_key,
            own_session,
            other,
            other_key,
            other_session,
            new: email(&format!("new{number}@example.com")),
            domain,
            new_domain: self::domain(&format!("new{number}")),
            licence: vendor::licence(LicenceType::Enterprise, 10_000, None),
        }
    }
}

pub(crate) type Operation = fn(&Trial) -> BoxFuture<'_, Result<(), ServiceError>>;

/// Writes an operation as an expression over the trial, the directory and the caller.
macro_rules! operation {
    (|$trial:ident, $directory:ident, $caller:ident| $call:expr) => {
        |$trial| {
            Box::pin(async move {
                let ($directory, $caller) = (&$trial.directory, &$trial.caller);
                $call.await.map(drop)
            })
        }
    };
}

fn key_of(owner: &Email) -> NewKey {
    NewKey { owner: Some(owner.clone()), name: "one".to_owned(), lifetime: KeyLifetime::Default }
}

/// The name, and the answers to admin, editor, operator, viewer and none: `y` done, `v` needs the
/// permission to view, `m` to manage, `k` no such key, `s` no such session, `x` no mail is sent here,
/// `l` only for the local operator.
pub(crate) const OPERATIONS: &[(&str, &str, Operation)] = &[
    ("profile", "yyyyv", operation!(|t, d, c| d.profile(c))),
    ("get_user own", "yyyyv", operation!(|t, d, c| d.get_user(c, &t.own))),
    ("get_user other", "yyyyv", operation!(|t, d, c| d.get_user(c, &t.other))),
    ("list_version", "yyyyv", operation!(|t, d, c| d.list_version(c))),
    ("visit_users", "yyyyv", operation!(|t, d, c| d.visit_users(c, &mut |_| {}))),
    ("page_of_users", "yyyyv", operation!(|t, d, c| d.page_of_users(c, UserPage::default()))),
    ("browse_users", "yyyyv", operation!(|t, d, c| d.browse_users(c, UserBrowse::default()))),
    ("seat_outlook", "yyyyv", operation!(|t, d, c| d.seat_outlook(c))),
    ("user_outlook own", "ymmmm", operation!(|t, d, c| d.user_outlook(c, &t.own))),
    ("user_outlook other", "ymmmm", operation!(|t, d, c| d.user_outlook(c, &t.other))),
    ("page_of_audit", "ymmmm", operation!(|t, d, c| d.page_of_audit(c, AuditPage::default()))),
    ("audit_head", "ymmmm", operation!(|t, d, c| d.audit_head(c))),
    ("verify_audit", "ymmmm", operation!(|t, d, c| d.verify_audit(c, &mut |_| Continue(())))),
    ("export_audit", "ymmmm", operation!(|t, d, c| d.export_audit(c, &mut |_| Continue(())))),
    ("data_domains", "yyyyv", operation!(|t, d, c| d.data_domains(c))),
    ("licence_allowances", "yyyyv", operation!(|t, d, c| d.licence_allowances(c))),
    ("user_with_age own", "yyyyv", operation!(|t, d, c| d.user_with_age(c, &t.own))),
    ("user_with_age other", "yyyyv", operation!(|t, d, c| d.user_with_age(c, &t.other))),
    ("has_own_password", "yyyyy", operation!(|t, d, c| d.has_own_password(c))),
    ("licence_report", "yyyyv", operation!(|t, d, c| d.licence_report(c))),
    ("create_user", "ymmmm", operation!(|t, d, c| d.create_user(c, input(&t.new, Role::Viewer)))),
    (
        "update_user own",
        "ymmmm",
        operation!(|t, d, c| d.update_user(c, &t.own, input(&t.own, Role::Viewer), None)),
    ),
    (
        "update_user other",
        "ymmmm",
        operation!(|t, d, c| d.update_user(c, &t.other, input(&t.other, Role::Editor), None)),
    ),
    ("delete_user own", "ymmmm", operation!(|t, d, c| d.delete_user(c, &t.own, None))),
    ("delete_user other", "ymmmm", operation!(|t, d, c| d.delete_user(c, &t.other, None))),
    (
        "change_caller_password",
        "yyyyv",
        operation!(|t, d, c| d.change_caller_password(c, Some(password(STRONG)))),
    ),
    (
        "change_user_password own",
        "yyyyv",
        operation!(|t, d, c| d.change_user_password(c, &t.own, Some(password(STRONG)))),
    ),
    (
        "change_user_password other",
        "ymmmm",
        operation!(|t, d, c| d.change_user_password(c, &t.other, Some(password(STRONG)))),
    ),
    (
        "change_confirmed_password",
        "yyyyv",
        operation!(|t, d, c| {
            let (old, new) = (Some(password(STRONG)), Some(password(STRONG)));
            d.change_confirmed_password(c, HOME.parse().unwrap(), old, new)
        }),
    ),
    ("issue_password_link own", "ymmmm", operation!(|t, d, c| d.issue_password_link(c, &t.own))),
    (
        "issue_password_link other",
        "ymmmm",
        operation!(|t, d, c| d.issue_password_link(c, &t.other)),
    ),
    ("mail_password_link", "xmmmm", operation!(|t, d, c| d.mail_password_link(c, &t.other))),
    ("password_link", "ymmmm", operation!(|t, d, c| d.password_link(c, &t.other))),
    ("revoke_password_link", "ymmmm", operation!(|t, d, c| d.revoke_password_link(c, &t.other))),
    ("api_keys own", "yyyyv", operation!(|t, d, c| d.api_keys(c, Some(&t.own)))),
    ("api_keys other", "ymmmm", operation!(|t, d, c| d.api_keys(c, Some(&t.other)))),
    ("api_keys all", "ymmmm", operation!(|t, d, c| d.api_keys(c, None))),
    ("issue_api_key own", "yyyyv", operation!(|t, d, c| d.issue_api_key(c, key_of(&t.own)))),
    ("issue_api_key other", "mmmmv", operation!(|t, d, c| d.issue_api_key(c, key_of(&t.other)))),
    ("revoke_api_key own", "yyyyv", operation!(|t, d, c| d.revoke_api_key(c, t.own_key))),
    ("revoke_api_key other", "ykkkv", operation!(|t, d, c| d.revoke_api_key(c, t.other_key))),
    (
        "revoke_api_key_of own",
        "yyyyv",
        operation!(|t, d, c| d.revoke_api_key_of(c, &t.own, t.own_key)),
    ),
    (
        "revoke_api_key_of other",
        "ykkkv",
        operation!(|t, d, c| d.revoke_api_key_of(c, &t.other, t.other_key)),
    ),
    (
        "revoke_api_key_of mixed",
        "kkkkv",
        operation!(|t, d, c| d.revoke_api_key_of(c, &t.own, t.other_key)),
    ),
    ("sessions own", "yyyyv", operation!(|t, d, c| d.sessions(c, Some(&t.own)))),
    ("sessions other", "ymmmm", operation!(|t, d, c| d.sessions(c, Some(&t.other)))),
    ("sessions all", "ymmmm", operation!(|t, d, c| d.sessions(c, None))),
    ("end_session own", "yyyyv", operation!(|t, d, c| d.end_session(c, t.own_session))),
    ("end_session other", "ysssv", operation!(|t, d, c| d.end_session(c, t.other_session))),
    (
        "end_session_of own",
        "yyyyv",
        operation!(|t, d, c| d.end_session_of(c, &t.own, t.own_session)),
    ),
    (
        "end_session_of other",
        "ysssv",
        operation!(|t, d, c| d.end_session_of(c, &t.other, t.other_session)),
    ),
    (
        "end_session_of mixed",
        "ssssv",
        operation!(|t, d, c| d.end_session_of(c, &t.own, t.other_session)),
    ),
    ("end_sessions own", "yyyyv", operation!(|t, d, c| d.end_sessions(c, &t.own))),
    ("end_sessions other", "ymmmm", operation!(|t, d, c| d.end_sessions(c, &t.other))),
    // All of these callers hold keys.
    ("sign_out", "sssss", operation!(|t, d, c| d.sign_out(c))),
    ("install_licence", "ymmmm", operation!(|t, d, c| d.install_licence(c, &t.licence))),
    ("offer_licence", "ymmmm", operation!(|t, d, c| d.offer_licence(c, &t.licence))),
    ("remove_licence", "ymmmm", operation!(|t, d, c| d.remove_licence(c))),
    ("add_data_domain", "ymmmm", operation!(|t, d, c| d.add_data_domain(c, t.new_domain.clone()))),
    (
        "remove_data_domain",
        "ymmmm",
        operation!(|t, d, c| d.remove_data_domain(c, t.domain.clone())),
    ),
    (
        "import_users",
        "ymmmm",
        operation!(|t, d, c| {
            let rows = vec![import_row(1, t.new.as_str(), "viewer")];
            d.import_users(c, rows, ImportMode::default(), Arc::new(|_| {}))
        }),
    ),
    ("recover_admin", "lllll", operation!(|t, d, c| d.recover_admin(c, &t.other, None))),
    ("copy_into", "lllll", operation!(|t, d, c| copy(d, c))),
];

/// Copies into a directory that was just made; that it is not for this caller counts as the refusal of
/// other operations that are the local operator's.
async fn copy(directory: &Directory, caller: &Caller) -> Result<(), ServiceError> {
    let target = Stage::sqlite().await;
    let (purpose, progress) = (CopyPurpose::Move, Arc::new(|_, _| {}));
    let plan = CopyPlan { purpose, accepts_broken_trail: false, progress };
    let answer = directory.copy_into(caller, &target.directory, plan).await;
    if matches!(answer, Err(CopyError::NotForThisCaller)) {
        return Err(ServiceError::AuthenticationRequired);
    }
    answer.unwrap();
    Ok(())
}

/// The operations that take no caller.
pub(crate) const WITHOUT_CALLER: &[&str] = &[
    "new",
    "close",
    "figures",
    "start",
    "note_time",
    "check_health",
    "authenticate",
    "owner",
    "local_operator",
    "verify_password",
    "sign_in",
    "look_at_password_link",
    "redeem_password_link",
    "request_password_link",
    "can_mail",
    "mail_issued_link",
    "now",
    "password_min_length",
    "key_limits",
    "open_setup_code",
    "set_up",
    "set_up_with_password",
    "needs_set_up",
    "name_owner",
];
