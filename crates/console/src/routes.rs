//! All routes of the console.

use std::sync::Arc;

use axum::{
    Router, middleware,
    routing::{MethodRouter, get, post},
};
use dqops_users_service::Directory;
use tower_http::compression::CompressionLayer;

use crate::{
    assets, frame, headers,
    pages::{
        about, account, audit, forgot, home, licence, password_link, set_up, sign_in, sign_out,
        user, user_delete, user_new, users,
    },
    state::{Console, Settings, SharedConsole},
};

/// The routes of the console, to be merged with others: nothing stands around them yet.
pub fn router(directory: Directory, settings: Settings) -> Router {
    let console = Arc::new(Console { directory, settings });
    let mut router = Router::new();
    for (path, methods) in pages() {
        router = router.route(path, methods);
    }
    let framed = middleware::from_fn_with_state(Arc::clone(&console), frame::frame_problems);
    router
        .layer(framed)
        .layer(CompressionLayer::new())
        .route(assets::ROUTE, get(assets::serve))
        .layer(middleware::from_fn(headers::secure))
        .with_state(console)
}

/// Every page with its methods.
fn pages() -> Vec<(&'static str, MethodRouter<SharedConsole>)> {
    vec![
        ("/", get(home::show)),
        ("/setup", get(set_up::show).post(set_up::set_up)),
        ("/login", get(sign_in::show).post(sign_in::sign_in)),
        ("/logout", post(sign_out::sign_out)),
        ("/forgot", get(forgot::show).post(forgot::ask)),
        ("/password/{token}", get(password_link::show).post(password_link::set)),
        ("/users", get(users::show).post(user_new::add)),
        ("/users/new", get(user_new::show)),
        ("/users/{email}", get(user::show)),
        ("/users/{email}/roles", post(user::roles::save)),
        ("/users/{email}/link", post(user::link::make)),
        ("/users/{email}/link/revoke", post(user::link::revoke)),
        ("/users/{email}/password", post(user::password::set)),
        ("/users/{email}/sessions/end", post(user::credentials::end_sessions)),
        ("/users/{email}/sessions/{id}/end", post(user::credentials::end_session)),
        ("/users/{email}/keys/{id}/revoke", post(user::credentials::revoke_key)),
        ("/users/{email}/delete", get(user_delete::show).post(user_delete::delete)),
        ("/account", get(account::show)),
        ("/account/password", post(account::password::change)),
        ("/account/keys", post(account::keys::create)),
        ("/account/keys/{id}/revoke", post(account::keys::revoke)),
        ("/account/sessions/end", post(account::sessions::end_all)),
        ("/account/sessions/{id}/end", post(account::sessions::end)),
        ("/audit", get(audit::show)),
        ("/licence", get(licence::show).post(licence::install)),
        ("/licence/remove", post(licence::remove)),
        ("/about", get(about::show)),
    ]
}
