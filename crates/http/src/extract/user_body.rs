//! A body that describes a user.

use axum::extract::{FromRequest, Request};
use dqops_users_domain::{DataDomainName, DataDomainRoles, Email, Role};
use dqops_users_service::{FieldError, UserInput};
use dqops_users_web::{Failure, Problem};

use super::{JsonObject, Members};
use crate::state::SharedState;

/// What a caller sent about a user.
pub(crate) struct UserBody(pub(crate) UserInput);

impl FromRequest<SharedState> for UserBody {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &SharedState) -> Result<Self, Self::Rejection> {
        let JsonObject(members) = JsonObject::from_request(request, state).await?;
        Ok(Self(read(members)?))
    }
}

fn read(mut members: Members) -> Result<UserInput, Problem> {
    Ok(UserInput {
        email: email(&mut members).map_err(Problem::invalid)?,
        account_role: role(&mut members, "accountRole", "accountRole").map_err(Problem::invalid)?,
        data_domain_roles: data_domain_roles(&mut members)?,
    })
}

/// Reads the email; an empty one counts as absent, as in DQOps.
pub(crate) fn email(members: &mut Members) -> Result<Option<Email>, FieldError> {
    match members.take::<String>("email", "a string")? {
        Some(text) if !text.trim_ascii().is_empty() => {
            text.parse().map(Some).map_err(|error| FieldError::new("email", &error))
        }
        _ => Ok(None),
    }
}

fn role(members: &mut Members, name: &str, field: &str) -> Result<Option<Role>, FieldError> {
    let rename = |error: FieldError| FieldError { field: field.to_owned(), ..error };
    let text = members.take::<String>(name, "a string").map_err(rename)?;
    let parse = |text: String| text.parse().map_err(|error| FieldError::new(field, &error));
    text.map(parse).transpose()
}

fn data_domain_roles(members: &mut Members) -> Result<Option<DataDomainRoles>, Problem> {
    let Some(mut object) = members.take_object("dataDomainRoles")? else { return Ok(None) };
    let mut roles = DataDomainRoles::new();
    for name in object.names() {
        let field = format!("dataDomainRoles.{name}");
        let invalid = |detail: &dyn std::fmt::Display| {
            Problem::invalid(FieldError::new(field.clone(), &detail.to_string()))
        };
        let domain: DataDomainName = name.parse().map_err(|error| invalid(&error))?;
        let role = role(&mut object, &name, &field).map_err(Problem::invalid)?;
        roles.insert(domain, role.ok_or_else(|| invalid(&"must be a role, not null"))?);
    }
    Ok(Some(roles))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<UserInput, String> {
        let members = Members::parse(json.as_bytes()).unwrap();
        read(members).map_err(|problem| serde_json::to_string(&problem).unwrap())
    }

    #[test]
    fn all_members_are_read_and_others_ignored() {
        let input = parse(
            r#"{"email":" A@b.c ","accountRole":"viewer","dataDomainRoles":{"(default)":"none"},"x":1}"#,
        )
        .unwrap();
        assert_eq!(input.email.unwrap().as_str(), "a@b.c");
        assert_eq!(input.account_role, Some(Role::Viewer));
        assert_eq!(input.data_domain_roles.unwrap()[&DataDomainName::root()], Role::None);
    }

    #[test]
    fn absent_null_and_empty_are_told_apart_where_it_matters() {
        assert_eq!(parse("{}").unwrap(), UserInput::default());
        let nulls = r#"{"email":null,"accountRole":null,"dataDomainRoles":null}"#;
        assert_eq!(parse(nulls).unwrap(), UserInput::default());
        assert_eq!(parse(r#"{"email":" "}"#).unwrap(), UserInput::default());
        let cleared = parse(r#"{"dataDomainRoles":{}}"#).unwrap();
        assert_eq!(cleared.data_domain_roles, Some(DataDomainRoles::new()));
    }

    #[test]
    fn faults_name_their_field() {
        for (json, field) in [
            (r#"{"email":["a@b.c"]}"#, "email"),
            (r#"{"email":{"a":1}}"#, "email"),
            (r#"{"email":7}"#, "email"),
            (r#"{"email":"nobody"}"#, "email"),
            (r#"{"accountRole":"ADMIN"}"#, "accountRole"),
            (r#"{"accountRole":""}"#, "accountRole"),
            (r#"{"accountRole":1}"#, "accountRole"),
            (r#"{"dataDomainRoles":[]}"#, "dataDomainRoles"),
            (r#"{"dataDomainRoles":"x"}"#, "dataDomainRoles"),
            (r#"{"dataDomainRoles":{"a":"king"}}"#, "dataDomainRoles.a"),
            (r#"{"dataDomainRoles":{"a":null}}"#, "dataDomainRoles.a"),
            (r#"{"dataDomainRoles":{"a":3}}"#, "dataDomainRoles.a"),
            (r#"{"dataDomainRoles":{"/":"none"}}"#, "dataDomainRoles./"),
            (r#"{"dataDomainRoles":{"a":"none","a":"admin"}}"#, "a"),
        ] {
            let error = parse(json).unwrap_err();
            assert!(error.contains(&format!(r#""field":"{field}""#)), "{json}: {error}");
        }
    }
}
