//! What is served: the REST API and the console, with what stands around both.

use axum::Router;
use dqops_users_console::Settings as ConsoleSettings;
use dqops_users_http::Authentication;
use dqops_users_metrics::Metrics;
use dqops_users_service::Directory;
use dqops_users_web::{Settings as WebSettings, Stopping};
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
    pub(super) stopping: Stopping,
    /// Where requests are counted.
    pub(super) metrics: Option<Metrics>,
}

/// All routes of the server.
pub(super) fn router(directory: &Directory, served: Served) -> Router {
    let Served { authentication, trusted_proxies, public_url, database, stopping, metrics } =
        served;
    let public_url_is_https = public_url.as_ref().is_some_and(PublicUrl::is_https);
    let link_base = public_url.as_ref().map(PublicUrl::link_base);
    let console = ConsoleSettings {
        without_authentication: authentication == Authentication::None,
        link_base: link_base.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: database.to_owned(),
    };
    let link_base = link_base.unwrap_or_else(|| dqops_users_web::LINK_PATH.to_owned());
    let api = dqops_users_http::api(directory.clone(), authentication, link_base, stopping);
    let router = api.merge(dqops_users_console::router(directory.clone(), console));
    let pages = Some(dqops_users_console::problem_page as dqops_users_web::Pages);
    let defaults = WebSettings::default();
    let around = WebSettings { trusted_proxies, public_url_is_https, pages, metrics, ..defaults };
    dqops_users_web::around(router, around)
}
