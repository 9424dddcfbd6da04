//! The OpenAPI document: made from the endpoints, with what many of them share.

use dqops_users_web::Problem;
use utoipa::{
    IntoParams, IntoResponses, Modify, OpenApi, ToSchema,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{models::RoleName, router};

/// The document of all endpoints.
#[must_use]
pub fn document() -> Document {
    router::operations().split_for_parts().1
}

/// The document before the endpoints are added.
pub(crate) fn base() -> Document {
    Base::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "dqops-users",
        description = "The user directory of a DQOps installation, on your own premises. Every error \
            body is `application/problem+json` with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "users", description = "managing access for DQOps users"),
        (name = "environment", description = "the caller"),
        (name = "sessions", description = "signing in and out"),
        (name = "keys", description = "API keys"),
        (name = "audit", description = "what was done"),
        (name = "setup", description = "the first admin"),
        (name = "health", description = "health"),
    ),
    components(schemas(RoleName)),
    modifiers(&BearerScheme),
)]
struct Base;

struct BearerScheme;

impl Modify for BearerScheme {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("an API key, or the token of a session"))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The email of the path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents what `EmailPath` reads")]
pub(crate) struct EmailParameter {
    /// User's email
    #[param(max_length = 254, example = "sample_user@mail.com")]
    email: String,
}

/// The condition of a change.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it documents what `Conditions` reads")]
pub(crate) struct ConditionParameter {
    /// The `ETag` that the user must still have
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// Whose things are meant.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `Whose` reads")]
pub(crate) struct WhoseParameter {
    /// For admins: another user's email, or `*` for all users
    user: Option<String>,
}

/// The thing of the path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it documents what `SessionPath` and `KeyPath` read")]
pub(crate) struct IdParameter {
    /// The id, as the list shows it
    id: uuid::Uuid,
}

/// The page that is wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `UserQuery` reads")]
pub(crate) struct PageParameters {
    /// Only users whose email holds this text
    search: Option<String>,
    /// Only users with this account role
    #[param(value_type = Option<RoleName>)]
    role: Option<String>,
    /// So many users at the most; 100 when another parameter is given without it
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// Only users after this email
    after: Option<String>,
}

/// The entries of the audit trail that are wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `AuditPageQuery` reads")]
pub(crate) struct AuditParameters {
    /// Only what this user did, or what was done to it
    user: Option<String>,
    /// Only this action
    #[param(example = "user_created")]
    action: Option<String>,
    /// Only what was done at this time or later
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// Only what was done before this time
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<String>,
    /// So many entries at the most; 100 without it
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// Only entries before the one with this number
    #[param(format = "uint64")]
    before: Option<u64>,
}

/// A new password: 12 to 256 characters, not a common or guessable one.
#[derive(ToSchema)]
#[schema(value_type = String, format = Password, example = "sample_string_value")]
#[expect(dead_code, reason = "it documents what `PasswordBody` reads")]
pub(crate) struct NewPassword(String);

/// How every operation can fail.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it documents answers that extractors and the boundary give")]
pub(crate) enum CommonFailures {
    /// there is no credential, or it is not valid
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(#[to_schema] Problem),
    /// the role lacks the permission, or the licence does not include it; `code` tells which
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] Problem),
    /// too much is asked at once, or the storage does not answer
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] Problem),
}

/// How operations with a body can fail beside that.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it documents answers that extractors give")]
pub(crate) enum BodyFailures {
    /// the body did not arrive in time
    #[response(status = 408, content_type = "application/problem+json")]
    Timeout(#[to_schema] Problem),
    /// the body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] Problem),
    /// the content type is not one that this operation reads
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(#[to_schema] Problem),
}
