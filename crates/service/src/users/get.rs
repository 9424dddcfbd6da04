//! Looking at one user.

use std::sync::Arc;

use dqops_users_domain::{Email, Permission};
use jiff::Timestamp;

use super::view::UserView;
use crate::{Caller, Directory, ServiceError};

impl Directory {
    /// The user with that email, and when it was added.
    ///
    /// # Errors
    /// As [`Directory::get_user`].
    pub async fn user_with_age(
        &self,
        caller: &Caller,
        email: &Email,
    ) -> Result<(UserView, Timestamp), ServiceError> {
        let (mut reader, _) = self.read_for(caller, |caller| caller.must(Permission::View)).await?;
        let found = reader.find_user(email).await?;
        let user = found.ok_or_else(|| ServiceError::UserNotFound(email.clone()))?;
        let added_at = user.created_at;
        let facts = self.read_facts(&mut *reader).await?;
        Ok((UserView::new(user, &facts), added_at))
    }

    /// The user with that email.
    ///
    /// # Errors
    /// [`ServiceError::UserNotFound`]; [`ServiceError::PermissionDenied`] to those who may not see.
    pub async fn get_user(
        &self,
        caller: &Caller,
        email: &Email,
    ) -> Result<Arc<UserView>, ServiceError> {
        caller.must(Permission::View)?;
        let epoch = self.storage.epoch().await?;
        if let Some((known_at, view)) = self.facts.users.get(email)
            && known_at == epoch
            && caller.known_at().is_none_or(|known_at| known_at == epoch)
        {
            self.shared.figures.users.hit();
            return Ok(view);
        }
        self.shared.figures.users.miss();
        // Both in one snapshot: a view must not show a user beside the data domains of another moment.
        let (mut reader, _) = self.read_for(caller, |caller| caller.must(Permission::View)).await?;
        let found = reader.find_user(email).await?;
        let user = found.ok_or_else(|| ServiceError::UserNotFound(email.clone()))?;
        let facts = self.read_facts(&mut *reader).await?;
        let view = Arc::new(UserView::new(user, &facts));
        self.facts.users.insert(email.clone(), (epoch, Arc::clone(&view)));
        Ok(view)
    }
}
