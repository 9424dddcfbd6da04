//! Changing one's own password where the current one is asked for.

use dqops_users_domain::{Email, Role, Token, audit::Action};
use dqops_users_service::{Caller, ServiceError};
use jiff::SignedDuration;

use crate::{
    sign_ins::{Failed, HOME, attempt, fail, holds, wait},
    stage::{Stage, on_both_stores},
    values::{OTHER_STRONG, STRONG, assert_refused, password},
};

on_both_stores!(
    the_right_one_keeps_the_own_session_and_ends_the_others,
    a_wrong_one_changes_nothing_and_stays_in_the_trail,
    after_ten_wrong_ones_also_the_right_one_must_wait,
    a_new_one_that_is_refused_counts_as_no_guess,
    what_is_missing_is_named,
);

const JANE: &str = "jane@example.com";

/// Jane, who signed in twice, as the caller of the first session.
async fn jane(stage: &Stage) -> (Email, Caller, Token, Token) {
    let jane = stage.add_with_password(JANE, Role::Viewer).await;
    let (own, other) = (stage.sign_in(&jane).await.token, stage.sign_in(&jane).await.token);
    let caller = stage.directory.authenticate(own.expose()).await.unwrap();
    (jane, caller, own, other)
}

async fn change(
    stage: &Stage,
    caller: &Caller,
    current: &str,
    new: &str,
) -> Result<(), ServiceError> {
    let (current, new) = (Some(password(current)), Some(password(new)));
    stage.directory.change_confirmed_password(caller, HOME.parse().unwrap(), current, new).await
}

async fn the_right_one_keeps_the_own_session_and_ends_the_others(stage: Stage) {
    let (_, caller, own, other) = jane(&stage).await;
    change(&stage, &caller, STRONG, OTHER_STRONG).await.unwrap();
    assert!(holds(&stage.directory, &own).await && !holds(&stage.directory, &other).await);
    let trail = stage.audit().await;
    let entry = trail.iter().rfind(|entry| entry.action == Action::PasswordChanged).unwrap();
    assert_eq!((entry.actor.name(), entry.subject.as_str()), (JANE, JANE));
    assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, Failed::Refused);
    stage.directory.sign_in(attempt(JANE, OTHER_STRONG, HOME)).await.unwrap();
}

async fn a_wrong_one_changes_nothing_and_stays_in_the_trail(stage: Stage) {
    let (jane, caller, own, other) = jane(&stage).await;
    let (hash, read) = (stage.stored_hash(&jane).await, stage.audit().await.len());
    assert_refused!(
        change(&stage, &caller, OTHER_STRONG, OTHER_STRONG).await,
        ServiceError::InvalidField(error) if error.field == "current"
    );
    assert_eq!(stage.stored_hash(&jane).await, hash);
    assert!(holds(&stage.directory, &own).await && holds(&stage.directory, &other).await);
    let entries = stage.audit().await.split_off(read);
    let entries: Vec<_> = entries.iter().map(|e| (e.action, e.subject.as_str())).collect();
    assert_eq!(entries, [(Action::SignInFailed, JANE)]);
}

async fn after_ten_wrong_ones_also_the_right_one_must_wait(stage: Stage) {
    let (_, caller, ..) = jane(&stage).await;
    let read = stage.audit().await.len();
    for _ in 0..10 {
        assert_refused!(
            change(&stage, &caller, OTHER_STRONG, OTHER_STRONG).await,
            ServiceError::InvalidField(_)
        );
    }
    assert_refused!(
        change(&stage, &caller, STRONG, OTHER_STRONG).await,
        ServiceError::TooManyAttempts { retry_after } if retry_after.as_secs() == 6
    );
    // A guess is a guess, wherever it is made.
    assert_eq!(fail(&stage.directory, JANE, STRONG, HOME).await, wait(6));
    assert_eq!(stage.audit().await.len(), read + 10);
    stage.clock.advance(SignedDuration::from_secs(6));
    change(&stage, &caller, STRONG, OTHER_STRONG).await.unwrap();
}

async fn a_new_one_that_is_refused_counts_as_no_guess(stage: Stage) {
    let (_, caller, ..) = jane(&stage).await;
    for _ in 0..20 {
        assert_refused!(
            change(&stage, &caller, STRONG, "short").await,
            ServiceError::PasswordRejected(_)
        );
    }
    change(&stage, &caller, STRONG, OTHER_STRONG).await.unwrap();
}

async fn what_is_missing_is_named(stage: Stage) {
    let (_, caller, ..) = jane(&stage).await;
    let (directory, address) = (&stage.directory, HOME.parse().unwrap());
    let strong = || Some(password(STRONG));
    assert_refused!(
        directory.change_confirmed_password(&caller, address, None, strong()).await,
        ServiceError::MissingField("current")
    );
    assert_refused!(
        directory.change_confirmed_password(&caller, address, strong(), None).await,
        ServiceError::MissingField("password")
    );
    // Who has no password, but a key, has no current one and is asked for none.
    let joe = stage.add("joe@example.com", Role::Viewer).await;
    let caller = stage.caller_for(&joe).await;
    directory.change_confirmed_password(&caller, address, None, strong()).await.unwrap();
    assert_refused!(
        directory.change_confirmed_password(&caller, address, None, strong()).await,
        ServiceError::MissingField("current")
    );
}
