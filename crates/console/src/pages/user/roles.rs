//! Changing the roles of a user.

use dqops_users_service::{IfMatch, ServiceError, UserInput, UserVersion};

use super::{build, done};
use crate::{
    fields::{Fields, Form},
    path::UserPath,
    refusal::Refusal,
    respond::Answer,
    views::{domain_roles_in, role_in},
    visit::SignedIn,
};

/// `POST /users/{email}/roles`.
pub(crate) async fn save(
    SignedIn { visit, caller }: SignedIn,
    UserPath(email): UserPath,
    Form(fields): Form,
) -> Answer {
    let saved = match input(&fields) {
        Ok(input) => {
            let input = UserInput { email: Some(email.clone()), ..input };
            // Whoever changed the user since the form was shown is not overwritten unseen.
            let seen = fields.read::<UserVersion>("version").into_iter().collect();
            let condition = Some(IfMatch::OneOf(seen));
            visit.directory().update_user(&caller, &email, input, condition).await
        }
        Err(error) => Err(error),
    };
    let error = match saved {
        Ok(()) => return Ok(done(&email, "roles")),
        Err(error) => error,
    };
    let mut refusal = Refusal::of(error)?;
    let mut page = build(&visit, &caller, &email).await?;
    if let Some(management) = &mut page.management {
        management.roles.choose(&fields);
        refusal.rename(|field| management.roles.domains.field(field));
    }
    page.errors = refusal.errors.clone();
    refusal.tell(&mut page.chrome);
    Ok(refusal.page(&page))
}

fn input(fields: &Fields) -> Result<UserInput, ServiceError> {
    let data_domain_roles = domain_roles_in(fields)?;
    Ok(UserInput { email: None, account_role: role_in(fields)?, data_domain_roles })
}

impl super::RolesForm {
    /// Shows what was chosen before.
    fn choose(&mut self, fields: &Fields) {
        let chosen = fields.read("accountRole");
        for choice in self.choices.iter_mut().filter(|_| chosen.is_some()) {
            choice.is_selected = Some(choice.role) == chosen;
        }
        for row in &mut self.domains.rows {
            let chosen = fields.read(&format!("domain:{}", row.domain));
            for choice in row.choices.iter_mut().filter(|_| chosen.is_some()) {
                choice.is_selected = Some(choice.role) == chosen;
            }
        }
    }
}
