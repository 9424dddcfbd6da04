//! Reading bodies: within a limit, without waiting for ever, and without keeping others out.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream, Bytes},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use futures_util::StreamExt as _;

use crate::{admission::Place, problem::Problem};

type Chunk = Result<Bytes, axum::Error>;

/// How long a body may pause: a client that trickles must not hold a place for long.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a body may take altogether: one that always sends a little never pauses.
const WHOLE: Duration = Duration::from_secs(8);

/// Reads a whole body, but never more than `limit` bytes of it. The request gives up its place until
/// all has arrived.
///
/// # Errors
/// 413 for a larger body, 408 for one that pauses or takes for long, 400 for one that breaks off, and 503 when
/// there is no place any more once it has arrived.
pub async fn read_body(parts: &Parts, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let place = parts.extensions.get::<Place>();
    place.inspect(|place| place.leave());
    let read = tokio::time::timeout(WHOLE, read_all(&parts.headers, body, limit)).await;
    let read = read.map_err(|_| Problem::of_status(StatusCode::REQUEST_TIMEOUT))??;
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
