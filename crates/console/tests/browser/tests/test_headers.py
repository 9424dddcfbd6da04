"""Headers of pages, and the assets: strict, cached for ever, compressed, small."""

import gzip
import re
from collections import Counter

import pytest

from support.person import Person
from support.site import ADMIN, Site
from support.visitor import Answer

LIMIT = 60_000
ENCODINGS = "gzip, deflate, br, zstd"

# One of each kind: a page, an error, a redirect, what is not there.
ANSWERS = (
    ("/login", None),
    ("/users", None),
    ("/users", ADMIN),
    ("/users/nobody@example.com", ADMIN),
    ("/account", ADMIN),
    ("/audit", ADMIN),
    ("/password/dqu_link_00000000000000000000000000000000", None),
    ("/no/such/address", None),
)


def policy(answer: Answer) -> dict[str, list[str]]:
    lines = answer.headers.get_all("content-security-policy", [])
    assert len(lines) == 1, lines
    return {
        name: sources for name, *sources in (part.split() for part in lines[0].split(";") if part.strip())
    }


def assets(site: Site) -> list[str]:
    """What the page to sign in loads."""
    page = site.visitor().get("/login").page
    found = [one.get("href") for one in page.select("link[href]")] + [
        one["src"] for one in page.select("[src]")
    ]
    assert found
    return [str(path) for path in found]


@pytest.mark.parametrize(("path", "email"), ANSWERS)
def test_pages_carry_strict_headers(site: Site, path: str, email: str | None) -> None:
    answer = site.visitor(email).get(path)
    found = policy(answer)
    assert found["default-src"] == ["'none'"]
    assert found["base-uri"] == ["'none'"]
    assert found["frame-ancestors"] == ["'none'"]
    assert found["form-action"] == ["'self'"]
    for name in ("script-src", "style-src", "img-src", "connect-src"):
        assert found[name] == ["'self'"], name
    assert not re.search(r"unsafe|\*|data:|https?:", answer.headers["content-security-policy"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get("x-frame-options", "DENY").upper() == "DENY"
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert "no-store" in answer.headers["cache-control"]
    assert "server" not in answer.headers
    if answer.status != 303:
        assert answer.headers["content-type"].lower() == "text/html; charset=utf-8"


def test_nothing_inline_is_sent(site: Site) -> None:
    """In the bytes that were sent, before any script has touched them."""
    visitor = site.visitor(ADMIN)
    for path in (
        "/login",
        "/users",
        "/users/new",
        "/users/jane@example.com",
        "/account",
        "/audit",
        "/licence",
        "/about",
    ):
        page = (visitor if path != "/login" else site.visitor()).get(path).page
        assert not page.select("[style]"), path
        assert not page.select("style, script:not([src]), iframe, object, embed, base"), path
        handlers = [name for one in page.find_all(True) for name in one.attrs if name.startswith("on")]
        assert not handlers, path
        sources = [one.get("src") or one.get("href") for one in page.select("[src], link[href]")]
        assert all(str(source).startswith("/assets/") for source in sources), sources


def test_assets_are_kept_for_ever(site: Site) -> None:
    for path in assets(site):
        assert re.fullmatch(r"/assets/[\w-]+\.[0-9a-zA-Z_-]{8,}\.\w+", path), path
        answer = site.visitor().get(path)
        assert answer.status == 200
        control = answer.headers["cache-control"]
        assert "immutable" in control
        ages = re.findall(r"max-age=(\d+)", control)
        assert [int(age) for age in ages] >= [31_536_000]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers


def test_assets_are_compressed_for_who_wants_it(site: Site) -> None:
    for path in (path for path in assets(site) if path.endswith((".css", ".js", ".svg"))):
        plain = site.visitor().get(path)
        assert "content-encoding" not in plain.headers
        assert "accept-encoding" in plain.headers.get("vary", "").lower()
        small = site.visitor().get(path, {"Accept-Encoding": ENCODINGS})
        assert small.headers.get("content-encoding") in ("br", "gzip", "zstd"), path
        assert len(small.body) < len(plain.body)
        zipped = site.visitor().get(path, {"Accept-Encoding": "gzip"})
        if zipped.headers.get("content-encoding") == "gzip":
            assert gzip.decompress(zipped.body) == plain.body
        refused = site.visitor().get(path, {"Accept-Encoding": "gzip;q=0, br;q=0, zstd;q=0"})
        assert "content-encoding" not in refused.headers


def test_an_asset_of_another_build_is_not_there(site: Site) -> None:
    for path in assets(site):
        name, _, kind = path.split("/")[-1].split(".")
        answer = site.visitor().get(f"/assets/{name}.{'0' * 16}.{kind}")
        assert answer.status == 404
        assert "immutable" not in answer.headers.get("cache-control", "")
    for path in ("/assets/", "/assets/..%2f..%2fetc%2fpasswd", "/assets/../users", "/assets/%00"):
        assert site.visitor().get(path).status in (400, 404), path


def test_the_first_page_is_small(person: Person) -> None:
    person.browser.cdp("Network.clearBrowserCache")
    person.browser.forget_events()
    person.open("/login")
    person.wait(lambda: person.browser.script("return document.readyState") == "complete", "all is loaded")
    asked = len(person.browser.requests())
    received = [int(event["encodedDataLength"]) for event in person.browser.events("Network.loadingFinished")]
    assert asked > 1
    assert len(received) >= asked, "all that was asked for has come"
    assert 1_000 < sum(received) <= LIMIT, received


def test_the_second_page_loads_no_asset_again(person: Person) -> None:
    """The icon comes when the browser likes, so it may come with the second page; nothing comes twice."""
    person.open("/login")
    person.sign_in(ADMIN)
    received = list(person.browser.events("Network.responseReceived"))
    in_memory = {event["requestId"] for event in person.browser.events("Network.requestServedFromCache")}
    loaded: Counter[str] = Counter()
    met = set()
    for event in received:
        response = event["response"]
        path = response["url"].removeprefix(person.site.url)
        met.add(path)
        loaded[path] += not response["fromDiskCache"] and event["requestId"] not in in_memory
    for asset in assets(person.site):
        assert asset in met or "favicon" in asset
        assert loaded[asset] <= 1, asset
