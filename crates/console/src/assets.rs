//! Style, script and icon: part of the program, compressed once, and kept by browsers for ever under a
//! name that changes with what they hold.

use std::{io::Write as _, sync::LazyLock};

use axum::{
    body::{Body, Bytes},
    extract::{RawPathParams, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use dqops_users_web::Problem;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

use crate::views::Assets;

/// Where assets are served.
pub(crate) const ROUTE: &str = "/assets/{name}";

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

struct Asset {
    name: String,
    kind: HeaderValue,
    plain: Bytes,
    gzip: Bytes,
}

impl Asset {
    fn new(stem: &str, ending: &str, kind: &'static str, content: &'static [u8]) -> Self {
        let hash = hex::encode(&Sha256::digest(content)[..8]);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail; an empty answer would be noticed by every test.
        let gzip = encoder.write_all(content).and_then(|()| encoder.finish()).unwrap_or_default();
        Self {
            name: format!("{stem}.{hash}.{ending}"),
            kind: HeaderValue::from_static(kind),
            plain: Bytes::from_static(content),
            gzip: gzip.into(),
        }
    }

    fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

static CSS: LazyLock<Asset> = LazyLock::new(|| {
    let content = include_bytes!("../assets/app.css");
    Asset::new("app", "css", "text/css; charset=utf-8", content)
});

static JS: LazyLock<Asset> = LazyLock::new(|| {
    let content = include_bytes!("../assets/app.js");
    Asset::new("app", "js", "text/javascript; charset=utf-8", content)
});

static ICON: LazyLock<Asset> = LazyLock::new(|| {
    let content = include_bytes!("../assets/favicon.svg");
    Asset::new("favicon", "svg", "image/svg+xml", content)
});

/// Where the assets are.
pub(crate) fn paths() -> Assets {
    Assets { css: CSS.path(), js: JS.path(), icon: ICON.path() }
}

/// `GET /assets/{name}`.
pub(crate) async fn serve(params: RawPathParams, request: Request) -> Response {
    let name = params.iter().next().map_or("", |(_, name)| name);
    let all = [&*CSS, &*JS, &*ICON];
    match all.into_iter().find(|asset| asset.name == name) {
        Some(asset) => answer(asset, request.headers()),
        None => Problem::of_status(StatusCode::NOT_FOUND).into_response(),
    }
}

fn answer(asset: &Asset, headers: &HeaderMap) -> Response {
    let is_gzip = takes_gzip(headers);
    let body = if is_gzip { &asset.gzip } else { &asset.plain };
    let mut response = Response::new(Body::from(body.clone()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, asset.kind.clone());
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if is_gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Whether the browser understands gzip; every one does.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    codings.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        is_gzip && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_named_by_what_they_hold() {
        let one = Asset::new("a", "css", "text/css", b"one");
        let two = Asset::new("a", "css", "text/css", b"two");
        assert_ne!(one.name, two.name);
        assert_eq!(one.name.len(), "a.0123456789abcdef.css".len());
        assert!(CSS.gzip.len() < CSS.plain.len() / 2);
    }

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        let takes = |text: &str| {
            let pair = (header::ACCEPT_ENCODING, text.parse().unwrap());
            takes_gzip(&HeaderMap::from_iter([pair]))
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes(""));
    }
}
