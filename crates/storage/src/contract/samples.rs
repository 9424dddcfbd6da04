//! Sample data, and shortcuts for what many cases do first.

use dqops_users_domain::{
    AccessChange, Email, Role, Roles, UserId,
    licence::{
        ChangeRoles, CreatePermit, CreateUser, DeletePermit, DeleteUser, Licence, RolesPermit,
    },
};
use jiff::Timestamp;
use uuid::Uuid;

use super::run;
use crate::{NewUser, Storage};

/// The time of the samples, and so many seconds later.
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + seconds).unwrap_or_default()
}

/// An email that is known to parse.
///
/// # Panics
/// When it does not.
#[must_use]
#[expect(clippy::unwrap_used, reason = "this is test code")]
pub fn email(text: &str) -> Email {
    text.parse().unwrap()
}

/// A user with an identity that follows from the email and the time.
#[must_use]
pub fn new_user(name: &str, role: Role, seconds: i64) -> NewUser {
    let mut id = [0_u8; 16];
    for (place, byte) in name.bytes().chain(seconds.to_be_bytes()).enumerate() {
        id[place % 16] = id[place % 16].wrapping_mul(31).wrapping_add(byte);
    }
    NewUser {
        id: UserId(Uuid::from_bytes(id)),
        email: email(name),
        roles: Roles::new(role),
        created_at: at(seconds),
    }
}

/// A permit to add a user.
///
/// # Panics
/// Never: an evaluation of one day gives it.
#[must_use]
#[expect(clippy::unwrap_used, reason = "this is test code")]
pub fn permit_create() -> CreatePermit {
    Licence::evaluation(at(0)).permit(CreateUser { users: 0 }, at(1)).unwrap()
}

/// A permit to change roles.
///
/// # Panics
/// Never: an evaluation of one day gives it.
#[must_use]
#[expect(clippy::unwrap_used, reason = "this is test code")]
pub fn permit_change() -> RolesPermit {
    let change = ChangeRoles { change: AccessChange::Lowers, users: 2 };
    Licence::evaluation(at(0)).permit(change, at(1)).unwrap()
}

/// A permit to delete a user.
///
/// # Panics
/// Never: an evaluation of one day gives it.
#[must_use]
#[expect(clippy::unwrap_used, reason = "this is test code")]
pub fn permit_delete() -> DeletePermit {
    Licence::evaluation(at(0)).permit(DeleteUser { users: 2 }, at(1)).unwrap()
}

/// Adds users, one mutation each.
///
/// # Panics
/// When the storage refuses one.
#[expect(clippy::unwrap_used, reason = "this is test code")]
pub async fn insert(store: &dyn Storage, users: &[NewUser]) {
    for user in users {
        let user = user.clone();
        run(store, move |unit| {
            let user = user.clone();
            Box::pin(async move { unit.insert_user(user.clone(), permit_create()).await })
        })
        .await
        .unwrap();
    }
}
