//! Reading bodies: within a limit, without waiting for ever, and of a content type that is understood.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream, Bytes},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use futures_util::StreamExt as _;

use crate::{admission::Place, problem::Problem};

/// Bytes of a body at the most.
pub(super) const MAX_BODY: usize = 1024 * 1024;

/// Bytes of a body with a password at the most.
pub(super) const MAX_PASSWORD_BODY: usize = 16 * 1024;

type Chunk = Result<Bytes, axum::Error>;

/// How long a body may pause: a client that trickles must not hold a place for long.
const PATIENCE: Duration = Duration::from_secs(5);

/// A content type that some operation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentType {
    Json,
    PlainText,
}

/// The content type, or `None` when there is none.
///
/// # Errors
/// 415 for one that no operation reads, and for another character set than UTF-8.
pub(super) fn content_type(headers: &HeaderMap) -> Result<Option<ContentType>, Problem> {
    let unsupported = || Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(None) };
    let text = value.to_str().map_err(|_| unsupported())?.to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let kind = match parts.next() {
        Some("application/json") => ContentType::Json,
        Some("text/plain") => ContentType::PlainText,
        _ => return Err(unsupported()),
    };
    let is_utf8 = |parameter: &str| {
        parameter
            .strip_prefix("charset=")
            .is_none_or(|set| matches!(set.trim_matches('"'), "utf-8" | "utf8" | "us-ascii"))
    };
    if parts.all(is_utf8) { Ok(Some(kind)) } else { Err(unsupported()) }
}

/// Reads a whole body, but never more than `limit` bytes of it. The request gives up its place until
/// all has arrived.
pub(super) async fn read(parts: &Parts, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let place = parts.extensions.get::<Place>();
    place.inspect(|place| place.leave());
    let read = read_all(&parts.headers, body, limit).await?;
    place.map_or(Ok(()), Place::take)?;
    Ok(read)
}

async fn read_all(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        let mut problem = Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE);
        problem.say(format!("the body is larger than {limit} bytes"));
        problem
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut chunks = body.into_data_stream();
    let mut read = Vec::new();
    while let Some(chunk) = next_in_time(&mut chunks).await? {
        let chunk = chunk.map_err(|_| Problem::malformed("the body broke off"))?;
        if read.len() + chunk.len() > limit {
            return Err(too_large());
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.into())
}

async fn next_in_time(chunks: &mut BodyDataStream) -> Result<Option<Chunk>, Problem> {
    let next = tokio::time::timeout(PATIENCE, chunks.next()).await;
    next.map_err(|_| Problem::of_status(StatusCode::REQUEST_TIMEOUT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<ContentType> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
        content_type(&headers).ok().flatten()
    }

    #[test]
    fn content_types_are_read_with_their_parameters() {
        assert_eq!(kind("application/json"), Some(ContentType::Json));
        assert_eq!(kind("Application/JSON; charset=UTF-8"), Some(ContentType::Json));
        assert_eq!(kind("text/plain;charset=\"utf-8\""), Some(ContentType::PlainText));
        for other in
            ["text/plain; charset=iso-8859-1", "application/xml", "application/jsonp", "json", ""]
        {
            assert_eq!(kind(other), None, "{other}");
        }
        assert!(content_type(&HeaderMap::new()).unwrap().is_none());
    }

    #[tokio::test]
    async fn chunks_are_counted_as_they_come() {
        let chunks =
            || futures_util::stream::iter((0..10).map(|_| Ok::<_, std::io::Error>("12345678")));
        let read_to =
            async |limit| read_all(&HeaderMap::new(), Body::from_stream(chunks()), limit).await;
        assert_eq!(read_to(80).await.unwrap().len(), 80);
        assert!(read_to(79).await.is_err());
    }
}
