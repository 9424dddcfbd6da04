//! All routes, and what stands around them.

use std::sync::Arc;

use axum::{Router, http::Method};
use dqops_users_service::Directory;
use dqops_users_web::{self as web, LINK_PATH, Limits, Stopping};
use ipnet::IpNet;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    endpoints,
    list_cache::ListCache,
    openapi,
    state::{ApiState, Authentication, SharedState},
};

/// How a server answers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How callers are told apart.
    pub authentication: Authentication,
    /// What is let in.
    pub limits: Limits,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// What password links begin with; their token follows.
    pub link_base: String,
    /// Whether the server is about to stop.
    pub stopping: Stopping,
}

impl Settings {
    /// The usual limits, no proxy, and password links of which only the path is known.
    #[must_use]
    pub fn new(authentication: Authentication) -> Self {
        let link_base = LINK_PATH.to_owned();
        Self {
            authentication,
            limits: Limits::default(),
            trusted_proxies: Vec::new(),
            link_base,
            stopping: Stopping::default(),
        }
    }
}

/// Where the OpenAPI document and its reader are served.
const OPENAPI: &str = "/openapi.json";
const SWAGGER_UI: &str = "/swagger-ui";
const SWAGGER_PAGE: &str = "/swagger-ui/";

/// The REST API of a directory alone, with everything that stands around requests.
pub fn router(directory: Directory, settings: Settings) -> Router {
    let Settings { authentication, limits, trusted_proxies, link_base, stopping } = settings;
    let settings = web::Settings { limits, trusted_proxies, ..web::Settings::default() };
    web::around(api(directory, authentication, link_base, stopping), settings)
}

/// The routes of the REST API of a directory and of its documentation, to be merged with others:
/// nothing stands around them yet. Password links begin with `link_base`.
pub fn api(
    directory: Directory,
    authentication: Authentication,
    link_base: String,
    stopping: Stopping,
) -> Router {
    let list = ListCache::default();
    let state = Arc::new(ApiState { directory, authentication, link_base, list, stopping });
    let (router, _) = operations().split_for_parts();
    router.with_state(state).merge(swagger_ui())
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
    routes
}

/// The endpoints, each beside its documentation.
pub(crate) fn operations() -> OpenApiRouter<SharedState> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(endpoints::list_users::get_all_users, endpoints::create_user::create_user))
        .routes(routes!(
            endpoints::get_user::get_user,
            endpoints::update_user::update_user,
            endpoints::delete_user::delete_user
        ))
        .routes(routes!(endpoints::change_user_password::change_user_password))
        .routes(routes!(
            endpoints::issue_password_link::issue_password_link,
            endpoints::get_password_link::get_password_link,
            endpoints::revoke_password_link::revoke_password_link
        ))
        .routes(routes!(endpoints::change_caller_password::change_caller_password))
        .routes(routes!(endpoints::issue_api_key::issue_api_key))
        .routes(routes!(endpoints::profile::get_user_profile))
        .routes(routes!(endpoints::list_audit::list_audit))
        .routes(routes!(endpoints::is_healthy::is_healthy))
        .routes(routes!(endpoints::is_live::is_live))
        .routes(routes!(endpoints::is_ready::is_ready))
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
