//! What is served: the REST API and the console, with what stands around both.

use axum::Router;
use dqops_users_console::Settings as ConsoleSettings;
use dqops_users_http::Authentication;
use dqops_users_service::Directory;
use dqops_users_web::Settings as WebSettings;
use ipnet::IpNet;

use crate::public_url::PublicUrl;

/// How it is served.
pub(super) struct Served {
    pub(super) authentication: Authentication,
    pub(super) trusted_proxies: Vec<IpNet>,
    /// Under which origin people reach the server, if that is known.
    pub(super) public_url: Option<PublicUrl>,
    /// The kind of database.
    pub(super) database: &'static str,
}

/// All routes of the server.
pub(super) fn router(directory: &Directory, served: Served) -> Router {
    let Served { authentication, trusted_proxies, public_url, database } = served;
    let public_url_is_https = public_url.as_ref().is_some_and(PublicUrl::is_https);
    let link_base = public_url.as_ref().map(PublicUrl::link_base);
    let console = ConsoleSettings {
        without_authentication: authentication == Authentication::None,
        link_base: link_base.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: database.to_owned(),
    };
    let link_base = link_base.unwrap_or_else(|| dqops_users_web::LINK_PATH.to_owned());
    let api = dqops_users_http::api(directory.clone(), authentication, link_base);
    let router = api.merge(dqops_users_console::router(directory.clone(), console));
    let pages = Some(dqops_users_console::problem_page as dqops_users_web::Pages);
    let around =
        WebSettings { trusted_proxies, public_url_is_https, pages, ..WebSettings::default() };
    dqops_users_web::around(router, around)
}
