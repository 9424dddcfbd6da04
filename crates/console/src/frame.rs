//! Problems on the way to a page, told in the frame that the caller knows.

use axum::{
    body::Body,
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::Response,
};
use dqops_users_web::Problem;

use crate::{
    respond::problem_in,
    state::SharedConsole,
    views::{self, Chrome},
    visit::Visit,
};

/// Answers a problem with a page: its status, headers and the cause for the log stay as they are.
pub(crate) async fn frame_problems(
    State(console): State<SharedConsole>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let (mut asked, ()) = Request::new(()).into_parts();
    asked.uri = parts.uri.clone();
    asked.headers = parts.headers.clone();
    asked.extensions = parts.extensions.clone();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let chrome = match Visit::of(&asked, &console).await {
        Ok(visit) => {
            let caller = visit.caller.as_ref().map(views::Caller::from);
            Chrome { caller, notice: None, ..visit.bare_chrome() }
        }
        Err(_) => Chrome::bare(crate::assets::paths()),
    };
    let page = problem_in(chrome, &problem);
    let (page_parts, page_body): (_, Body) = page.into_parts();
    *response.body_mut() = page_body;
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().remove(header::WWW_AUTHENTICATE);
    response.headers_mut().extend(page_parts.headers);
    response
}
