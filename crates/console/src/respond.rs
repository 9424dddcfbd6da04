//! Answers: a page, or the way to another one.

use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use dqops_users_web::{Failure, Problem};

use crate::{
    assets,
    headers::with_headers,
    pages::error::ErrorPage,
    views::{Chrome, Link},
};

/// What a page answers.
pub(crate) type Answer = Result<Response, Failure>;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Pages show what is so now, and what others must not find in a cache.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// A page.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let mut response = Response::new(Body::from(html));
            *response.status_mut() = status;
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HTML);
            headers.insert(header::CACHE_CONTROL, NO_STORE);
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page was not rendered");
            Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}

/// The page that there is.
#[expect(clippy::unnecessary_wraps, reason = "it ends the functions of pages, which can fail")]
pub(crate) fn ok(template: &impl Template) -> Answer {
    Ok(page(StatusCode::OK, template))
}

/// Sends the browser to another page, which it gets by GET.
pub(crate) fn see_other(path: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    response
}

/// The page that tells of a problem, for browsers that met it before any page of the console.
#[must_use]
pub fn problem_page(problem: &Problem) -> Response {
    with_headers(problem_in(Chrome::bare(assets::paths()), problem))
}

/// The page that tells of a problem, in a frame.
pub(crate) fn problem_in(chrome: Chrome, problem: &Problem) -> Response {
    let status = problem.status();
    let (title, advice) = words(status);
    let is_signed_in = chrome.caller.is_some();
    let has_access = chrome.caller.as_ref().is_none_or(|caller| caller.may_view);
    let (href, label) = match (is_signed_in, has_access) {
        (_, false) => ("/about", "About this server"),
        (true, true) => ("/users", "To the users"),
        (false, true) => ("/", "To the start"),
    };
    let detail = match problem.code() {
        "permission_denied" if !has_access => {
            "Your account has no access any more. Ask an administrator for a role.".to_owned()
        }
        // In the frame of a caller with access, this is all that can be denied.
        "permission_denied" if is_signed_in => {
            "This is for administrators of the account.".to_owned()
        }
        "route_not_found" => "There is no page at this address.".to_owned(),
        "method_not_allowed" => "This address is for a form of the console.".to_owned(),
        _ => sentence(problem.detail()),
    };
    let page = ErrorPage {
        chrome,
        status: status.as_u16(),
        title: title.to_owned(),
        detail,
        advice: advice.map(str::to_owned),
        back: Link { href: href.to_owned(), label: label.to_owned() },
    };
    self::page(status, &page)
}

fn words(status: StatusCode) -> (&'static str, Option<&'static str>) {
    match status {
        StatusCode::FORBIDDEN => ("Not allowed", None),
        StatusCode::NOT_FOUND => ("Not found", None),
        StatusCode::METHOD_NOT_ALLOWED => ("Nothing to see here", None),
        StatusCode::CONFLICT => ("That does not go together", None),
        StatusCode::PAYLOAD_TOO_LARGE => ("Too much was sent", None),
        StatusCode::TOO_MANY_REQUESTS => ("Too many attempts", None),
        StatusCode::SERVICE_UNAVAILABLE => {
            ("Not now", Some("Wait a moment, then load the page again."))
        }
        status if status.is_server_error() => (
            "The server failed",
            Some("It is not your fault. If it happens again, tell the administrator."),
        ),
        _ => ("That did not work", None),
    }
}

/// A message of the service as a sentence.
pub(crate) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    // An email keeps its looks: with a capital letter it would be taken for another one.
    let is_email = message.split(' ').next().is_some_and(|word| word.contains('@'));
    let mut text: String = match letters.next().filter(|_| !is_email) {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => message.to_owned(),
    };
    if !text.ends_with(['.', '?', '!']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("there is no user a@b.c"), "There is no user a@b.c.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence("a@b.c is the last admin"), "a@b.c is the last admin.");
        assert_eq!(sentence(""), ".");
    }
}
