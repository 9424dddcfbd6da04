//! An answer, and what holds for each one.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Response},
};
use http_body_util::BodyExt as _;
use serde_json::Value;

/// What must never be read in an error.
const INTERNALS: &[&str] = &[
    "sqlx", "sqlite", "postgres", "sqlstate", "panicked", "/src/", ".rs", "users.db", "argon2",
    "tokio", "axum", "serde",
];

const CODES_OF_FIELDS: &[&str] = &["invalid_field", "missing_field"];

#[derive(Debug)]
pub(crate) struct Answer {
    /// The request, for messages.
    what: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Answer {
    pub(crate) async fn read(what: String, is_head: bool, response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let answer = Self { what, status: parts.status.as_u16(), headers: parts.headers, bytes };
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.has("access-control-allow-origin"), "no other site may read answers");
        if answer.status < 400 {
            assert!(!is_head || answer.bytes.is_empty(), "{}: a body for HEAD", answer.what);
        } else if !is_head {
            answer.check_problem(); // For HEAD the server leaves out what body there is.
        }
        answer
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The only value of a header.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{}: {name} in {:?}", self.what, self.headers);
        values[0].to_str().unwrap()
    }

    /// Asserts the status.
    #[track_caller]
    pub(crate) fn gives(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {:.500}", self.what, self.text());
        self
    }

    /// Asserts the status and that there is no body.
    #[track_caller]
    pub(crate) fn gives_nothing(self, status: u16) -> Self {
        let answer = self.gives(status);
        assert!(answer.bytes.is_empty(), "{}: {}", answer.what, answer.text());
        assert!(!answer.has("content-type"), "{}: {:?}", answer.what, answer.headers);
        answer
    }

    /// Asserts that it is this problem, and answers what it says in words.
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, code: &str) -> String {
        let problem = self.json();
        let found = (self.status, problem["code"].as_str().unwrap_or_default());
        assert_eq!(found, (status, code), "{}: {problem}", self.what);
        problem["detail"].as_str().unwrap().to_owned()
    }

    /// Asserts that it is this problem of this field.
    #[track_caller]
    pub(crate) fn refuses_field(self, status: u16, code: &str, field: &str) -> String {
        let fields: Vec<_> = self.json()["errors"]
            .as_array()
            .map(|errors| errors.iter().map(|error| error["field"].clone()).collect())
            .unwrap_or_default();
        let what = self.what.clone();
        let detail = self.refuses(status, code);
        assert_eq!(fields, [field], "{what}");
        detail
    }

    /// RFC 9457, and our own members.
    #[track_caller]
    fn check_problem(&self) {
        let what = &self.what;
        assert_eq!(self.header("content-type"), "application/problem+json", "{what}");
        assert_eq!(self.header("cache-control"), "no-store", "{what}");
        let problem = self.json();
        let text = |name: &str| {
            let text = problem[name].as_str();
            text.filter(|text| !text.is_empty()).unwrap_or_else(|| panic!("{what}: {problem}"))
        };
        assert_eq!(problem["status"], self.status, "{what}");
        assert!(text("type").starts_with("urn:") && text("type").ends_with(text("code")), "{what}");
        assert!(!text("title").is_empty() && !text("detail").is_empty());
        for name in problem.as_object().unwrap().keys() {
            let known = ["type", "title", "status", "detail", "code", "errors"];
            assert!(known.contains(&name.as_str()), "{what}: {name}");
        }
        let errors = problem["errors"].as_array().map_or(&[][..], Vec::as_slice);
        let is_of_fields = CODES_OF_FIELDS.contains(&text("code"));
        assert_eq!(is_of_fields, !errors.is_empty(), "{what}: {problem}");
        for error in errors {
            assert!(error["field"].is_string() && error["detail"].is_string(), "{what}: {error}");
        }
        let lower = self.text().to_lowercase();
        for word in INTERNALS {
            assert!(!lower.contains(word), "{what}: {word} in {lower:.500}");
        }
        assert_eq!(self.has("www-authenticate"), self.status == 401, "{what}");
        assert!(self.has("allow") || self.status != 405, "{what}");
        let is_temporary = [429, 503].contains(&self.status);
        assert_eq!(self.has("retry-after"), is_temporary, "{what}");
        if self.status == 401 {
            assert_eq!(self.header("www-authenticate"), "Bearer");
        }
        if is_temporary {
            self.header("retry-after").parse::<u32>().unwrap();
        }
    }
}
