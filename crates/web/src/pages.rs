//! Errors as pages, for browsers that asked for a page.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
    response::Response,
};

use crate::{failure::Cause, problem::Problem};

/// Makes the page that tells a person of a problem. Its status and the headers `Allow`,
/// `Retry-After` and `Cache-Control` are those of the problem, whatever the page says.
pub type Pages = fn(&Problem) -> Response;

/// Where programs ask, which want no pages.
pub(crate) const API: &str = "/api/";

/// Whether somebody asks for a page.
pub(crate) fn are_wanted(request: &Request) -> bool {
    !request.uri().path().starts_with(API) && accepts_html(request.headers())
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter();
    let mut lines = lines.filter_map(|line| line.to_str().ok());
    lines.any(|line| line.to_ascii_lowercase().contains("text/html"))
}

/// The answer, as a page if it is a problem.
pub(crate) fn as_page(mut response: Response, pages: Pages) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let mut page = pages(&problem);
    *page.status_mut() = problem.status();
    for name in [header::ALLOW, header::RETRY_AFTER, header::CACHE_CONTROL] {
        if let Some(value) = response.headers_mut().remove(&name) {
            page.headers_mut().insert(name, value);
        }
    }
    if let Some(cause) = response.extensions_mut().remove::<Cause>() {
        page.extensions_mut().insert(cause);
    }
    page
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn wanted(path: &str, accept: &[&str]) -> bool {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path.parse().unwrap();
        for line in accept {
            request.headers_mut().append(header::ACCEPT, line.parse().unwrap());
        }
        are_wanted(&request)
    }

    #[test]
    fn browsers_ask_for_pages_and_programs_do_not() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert!(wanted("/", &[browser]));
        assert!(wanted("/users/a@b.c?x=/api/", &[browser]));
        assert!(wanted("/nowhere", &["image/png", "Text/HTML"]));
        assert!(wanted("/apis", &[browser]));
        assert!(!wanted("/api/users", &[browser]));
        for accept in [&[] as &[&str], &["*/*"], &["application/json"], &["text/plain"]] {
            assert!(!wanted("/users", accept), "{accept:?}");
        }
    }
}
