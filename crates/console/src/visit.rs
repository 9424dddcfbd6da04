//! A request for a page: who makes it, from where, and the frame that its page gets.

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts, uri::PathAndQuery,
    },
    response::{IntoResponse, Response},
};
use dqops_users_domain::Permission;
use dqops_users_service::{Caller, Directory, ServiceError};
use dqops_users_web::{Client, Failure, LINK_PATH, Problem, cross_site};

use crate::{
    assets, cookie,
    fields::Fields,
    respond::see_other,
    return_url::own_page,
    state::SharedConsole,
    views::{self, Chrome, Notice, PasswordRule, Section, done_text},
};

/// A request for a page, whoever makes it.
pub(crate) struct Visit {
    console: SharedConsole,
    pub(crate) client: Client,
    /// Who is signed in.
    pub(crate) caller: Option<Caller>,
    /// Whether the browser showed a session that holds no more.
    pub(crate) has_ended: bool,
    /// Whether the browser is on this machine, and calls it so.
    is_local: bool,
    /// With what the browser introduces itself.
    pub(crate) user_agent: String,
    /// What the browser calls this server.
    host: Option<HeaderValue>,
    uri: Uri,
}

impl Visit {
    pub(crate) async fn of(parts: &Parts, console: &SharedConsole) -> Result<Self, Failure> {
        let failed = || Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR);
        let client = *parts.extensions.get::<Client>().ok_or_else(failed)?;
        let headers = &parts.headers;
        let (mut caller, mut has_ended) = (None, false);
        if console.settings.without_authentication {
            must_be_local(headers)?;
            caller = Some(console.directory.owner().await?);
        } else if let Some(token) = cookie::token(headers, client.is_encrypted) {
            match console.directory.authenticate(&token).await {
                // Only a sign-in opens the console, so that signing out closes it.
                Ok(holder) if holder.session().is_some() => caller = Some(holder),
                Ok(_) | Err(ServiceError::InvalidCredential) => has_ended = true,
                Err(error) => return Err(error.into()),
            }
        }
        let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            console: SharedConsole::clone(console),
            client,
            caller,
            has_ended,
            is_local: client.address.is_loopback() && cross_site::is_addressed_to_loopback(headers),
            user_agent: user_agent.unwrap_or_default().to_owned(),
            host: headers.get(header::HOST).cloned(),
            uri: parts.uri.clone(),
        })
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.console.directory
    }

    pub(crate) fn settings(&self) -> &crate::Settings {
        &self.console.settings
    }

    /// The frame of a page for those who are signed in.
    pub(crate) fn chrome(&self, section: Section) -> Chrome {
        let caller = self.caller.as_ref().map(views::Caller::from);
        Chrome { caller, section: Some(section), ..self.bare_chrome() }
    }

    /// The frame of a page before the sign-in.
    pub(crate) fn bare_chrome(&self) -> Chrome {
        let query = Fields::parse(self.uri.query().unwrap_or_default().as_bytes());
        let done = done_text(query.get("done")).map(|text| Notice::Done(text.to_owned()));
        Chrome {
            notice: done,
            may_mail: self.directory().can_mail(),
            without_authentication: self.settings().without_authentication,
            is_insecure: !self.client.is_encrypted && !self.is_local,
            ..Chrome::bare(assets::paths())
        }
    }

    /// The rule for new passwords.
    pub(crate) fn password_rule(&self) -> PasswordRule {
        PasswordRule { min_length: self.directory().password_min_length() }
    }

    /// The link with that token, as the browser's user can hand it over.
    pub(crate) fn link(&self, token: &str) -> String {
        let host = self.host.as_ref().and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let scheme = if self.client.is_encrypted { "https" } else { "http" };
        let base = self.settings().link_base.clone();
        let base = base.unwrap_or_else(|| format!("{scheme}://{host}{LINK_PATH}"));
        format!("{base}{token}")
    }
}

impl FromRequestParts<SharedConsole> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &SharedConsole,
    ) -> Result<Self, Failure> {
        Self::of(parts, console).await
    }
}

/// A request of somebody who is signed in. Others are sent to the sign-in and, if they asked for a
/// page, back to it afterwards.
pub(crate) struct SignedIn {
    pub(crate) visit: Visit,
    pub(crate) caller: Caller,
}

/// Why somebody is not let in.
pub(crate) enum NotSignedIn {
    SignIn(Box<Response>),
    Failed(Failure),
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(response) => *response,
            Self::Failed(failure) => failure.into_response(),
        }
    }
}

impl FromRequestParts<SharedConsole> for SignedIn {
    type Rejection = NotSignedIn;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &SharedConsole,
    ) -> Result<Self, NotSignedIn> {
        let visit = Visit::of(parts, console).await.map_err(NotSignedIn::Failed)?;
        match visit.caller.clone() {
            Some(caller) => Ok(Self { visit, caller }),
            None => Err(NotSignedIn::SignIn(Box::new(see_other(&sign_in_path(&visit, parts))))),
        }
    }
}

fn sign_in_path(visit: &Visit, parts: &Parts) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if visit.has_ended {
        query.append_pair("notice", "ended");
    }
    let aim = parts.uri.path_and_query().map(PathAndQuery::as_str).and_then(own_page);
    if let (&Method::GET, Some(aim)) = (&parts.method, aim) {
        query.append_pair("returnUrl", aim);
    }
    let query = query.finish();
    if query.is_empty() { "/login".to_owned() } else { format!("/login?{query}") }
}

/// Whoever needs no credential must at least address this machine by its own name: a page of another
/// site can make its own name resolve to it.
fn must_be_local(headers: &HeaderMap) -> Result<(), Problem> {
    if cross_site::is_addressed_to_loopback(headers) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "permission_denied",
        "without authentication the server answers only to its local names: use http://localhost",
    ))
}

impl From<&Caller> for views::Caller {
    fn from(caller: &Caller) -> Self {
        Self {
            name: caller.actor().name().to_owned(),
            has_account: caller.user().is_some(),
            may_view: caller.role().grants(Permission::View),
            may_manage: caller.role().grants(Permission::ManageAccount),
        }
    }
}
