//! All routes, and what stands around them.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::Method,
    response::{IntoResponse as _, Redirect},
    routing::get,
};
use dqops_users_service::Directory;
use ipnet::IpNet;
use tower_http::csrf::CsrfLayer;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    boundary::Boundary,
    endpoints,
    list_cache::ListCache,
    openapi,
    problem::Problem,
    state::{ApiState, Authentication, SharedState},
};

/// What a server lets in.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests that are worked on at once; what comes on top gets 503.
    pub requests_at_once: usize,
    /// How long a request may take.
    pub request_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests_at_once: 1024, request_time: Duration::from_secs(15) }
    }
}

/// How a server answers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How callers are told apart.
    pub authentication: Authentication,
    /// What is let in.
    pub limits: Limits,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
}

impl Settings {
    /// The usual limits, and no proxy.
    #[must_use]
    pub fn new(authentication: Authentication) -> Self {
        Self { authentication, limits: Limits::default(), trusted_proxies: Vec::new() }
    }
}

/// Where the OpenAPI document and its reader are served.
const OPENAPI: &str = "/openapi.json";
const SWAGGER_UI: &str = "/swagger-ui";
const SWAGGER_PAGE: &str = "/swagger-ui/";

/// Where a browser ends up that was given only the address.
const HOME: &str = "/";

/// The whole REST API of a directory.
pub fn router(directory: Directory, settings: Settings) -> Router {
    let Settings { authentication, limits, trusted_proxies } = settings;
    let list = ListCache::default();
    let state = Arc::new(ApiState { directory, authentication, trusted_proxies, list });
    let (router, _) = api().split_for_parts();
    let home = get(|| async { Redirect::temporary(SWAGGER_PAGE) });
    router.with_state(state).merge(swagger_ui()).route(HOME, home).layer((
        Boundary::new(limits),
        CsrfLayer::new().with_rejection_response(|_| Problem::cross_site().into_response()),
    ))
}

/// The document and its reader, which without the setting would tell an online validator of it.
fn swagger_ui() -> SwaggerUi {
    let config = Config::default().validator_url("none");
    SwaggerUi::new(SWAGGER_UI).config(config).url(OPENAPI, openapi::document())
}

/// Every method and path that is served, for tests that must not forget one.
#[must_use]
pub fn routes() -> Vec<(Method, String)> {
    let document = openapi::document();
    let mut routes: Vec<_> = document
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| {
            let operations = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::DELETE, &item.delete),
                (Method::PATCH, &item.patch),
            ];
            operations
                .into_iter()
                .filter(|(_, operation)| operation.is_some())
                .map(|(method, _)| (method, path.clone()))
        })
        .collect();
    routes.push((Method::GET, OPENAPI.to_owned()));
    routes.push((Method::GET, SWAGGER_PAGE.to_owned()));
    routes.push((Method::GET, HOME.to_owned()));
    routes
}

/// The endpoints, each beside its documentation.
pub(crate) fn api() -> OpenApiRouter<SharedState> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(endpoints::list_users::get_all_users, endpoints::create_user::create_user))
        .routes(routes!(
            endpoints::get_user::get_user,
            endpoints::update_user::update_user,
            endpoints::delete_user::delete_user
        ))
        .routes(routes!(endpoints::change_user_password::change_user_password))
        .routes(routes!(endpoints::change_caller_password::change_caller_password))
        .routes(routes!(endpoints::issue_api_key::issue_api_key))
        .routes(routes!(endpoints::profile::get_user_profile))
        .routes(routes!(endpoints::list_audit::list_audit))
        .routes(routes!(endpoints::is_healthy::is_healthy))
        .routes(routes!(endpoints::set_up::set_up))
        .routes(routes!(endpoints::sign_in::sign_in, endpoints::sign_out::sign_out))
        .routes(routes!(
            endpoints::list_sessions::list_sessions,
            endpoints::end_sessions::end_sessions
        ))
        .routes(routes!(endpoints::end_session::end_session))
        .routes(routes!(endpoints::list_keys::list_keys, endpoints::create_key::create_key))
        .routes(routes!(endpoints::revoke_key::revoke_key))
}
