//! An error of a handler: what the client sees of it, and what is for the log alone.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use dqops_users_service::ServiceError;
use dqops_users_storage::StorageError;

use crate::problem::Problem;

/// What went wrong inside, for the log and never for the client.
#[derive(Clone, Debug)]
pub(crate) struct Cause(pub(crate) Arc<StorageError>);

/// An error of a handler.
#[derive(Debug)]
pub struct Failure {
    problem: Box<Problem>,
    cause: Option<Cause>,
}

impl Failure {
    /// What the client sees of it.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Answers with what the handler made of the problem, and keeps the cause for the log.
    #[must_use]
    pub fn answered_by(self, response: Response) -> Response {
        caused_by(self.cause, response)
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let cause = match &error {
            ServiceError::Storage(error) => Some(Cause(Arc::clone(error))),
            _ => None,
        };
        Self { problem: Box::new(error.into()), cause }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), cause: None }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        caused_by(self.cause, self.problem.into_response())
    }
}

fn caused_by(cause: Option<Cause>, mut response: Response) -> Response {
    if let Some(cause) = cause {
        response.extensions_mut().insert(cause);
    }
    response
}
