//! The reader of the OpenAPI document: it answers, from here alone.

use crate::stage::{Stage, UNKNOWN_TOKEN};

const PAGE: &str = "/swagger-ui/";

async fn text(stage: &Stage, path: &str) -> String {
    let answer = stage.get(path).anonymous().send().await.gives(200);
    assert!(!answer.bytes.is_empty(), "{path}");
    answer.text().to_owned()
}

/// The values of an attribute.
fn attributes<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let begin = format!("{name}=\"");
    html.match_indices(&begin)
        .map(|(at, _)| html[at + begin.len()..].split('"').next().unwrap())
        .collect()
}

fn assets(html: &str) -> Vec<&str> {
    [attributes(html, "src"), attributes(html, "href")].concat()
}

#[tokio::test]
async fn the_page_and_all_that_it_names_come_from_here() {
    let stage = Stage::new().await;
    let answer = stage.get(PAGE).anonymous().send().await.gives(200);
    assert!(answer.header("content-type").starts_with("text/html"));
    let html = answer.text();
    let assets = assets(html);
    for kind in [".js", ".css"] {
        assert!(assets.iter().any(|asset| asset.ends_with(kind)), "{assets:?}");
    }
    for asset in assets {
        assert!(!asset.contains("://") && !asset.starts_with("//"), "{asset} is elsewhere");
        let path = match asset.strip_prefix('/') {
            Some(_) => asset.to_owned(),
            None => format!("{PAGE}{}", asset.trim_start_matches("./")),
        };
        let answer = stage.get(&path).anonymous().send().await.gives(200);
        assert!(!answer.bytes.is_empty(), "{asset}");
        let kind = answer.header("content-type");
        let expected = match path.rsplit_once('.').unwrap().1 {
            "js" => "javascript",
            "css" => "text/css",
            _ => "image/png",
        };
        assert!(kind.contains(expected), "{asset}: {kind}");
    }
    for inline in ["http://", "https://", "url(//"] {
        assert!(!html.contains(inline), "{inline} in the page");
    }
}

#[tokio::test]
async fn it_shows_our_document() {
    let stage = Stage::new().await;
    let html = text(&stage, PAGE).await;
    let script = assets(&html).into_iter().find(|asset| asset.contains("initializer")).unwrap();
    let path = format!("{PAGE}{}", script.trim_start_matches("./"));
    let initializer = text(&stage, &path).await;
    assert!(initializer.contains(r#""/openapi.json""#), "{initializer}");
    assert!(!initializer.contains("://"), "{initializer}");
    stage.get("/openapi.json").anonymous().send().await.gives(200);
}

/// Left to itself, Swagger UI sends the document's address to an online validator, from every page
/// that is not on localhost: an installation on premises must not call out.
#[tokio::test]
async fn it_does_not_ask_the_online_validator() {
    let stage = Stage::new().await;
    let bundle = text(&stage, "/swagger-ui/swagger-ui-bundle.js").await;
    let initializer = text(&stage, "/swagger-ui/swagger-initializer.js").await;
    let is_off =
        ["\"validatorUrl\": \"none\"", "\"validatorUrl\":\"none\"", "\"validatorUrl\": null"]
            .iter()
            .any(|setting| initializer.contains(setting));
    assert!(
        is_off || !bundle.contains("https://validator.swagger.io"),
        "the validator is not switched off: {initializer}"
    );
}

#[tokio::test]
async fn the_page_without_its_slash_leads_to_the_page() {
    let stage = Stage::new().await;
    let answer = stage.get("/swagger-ui").anonymous().send().await;
    assert!((300..400).contains(&answer.status), "{}", answer.status);
    assert_eq!(answer.header("location"), PAGE);
}

#[tokio::test]
async fn a_credential_makes_no_difference_and_what_is_not_there_is_not_found() {
    let stage = Stage::new().await;
    stage.get(PAGE).by(UNKNOWN_TOKEN).send().await.gives(200);
    for path in ["/swagger-ui/nothing.js", "/swagger-ui/x/index.html", "/swagger-ui/.env"] {
        stage.get(path).anonymous().send().await.refuses(404, "route_not_found");
    }
}
