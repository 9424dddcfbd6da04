"""Where a sign-in leads: to a page of this site, whatever `returnUrl` says."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from support.person import Person
from support.return_urls import GOOD, HOSTILE
from support.site import PASSWORD, Site, serving
from support.visitor import Visitor

EMAIL = "goes-on@example.com"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A directory of its own: a user has a hundred sessions at the most."""
    with serving("sqlite", tmp_path_factory.mktemp("returns")) as site:
        site.add(EMAIL, "admin")
        yield site


def sign_in(visitor: Visitor, url: str) -> str:
    """Where a browser is told to go after signing in."""
    answer = visitor.post("/login", {"email": EMAIL, "password": PASSWORD, "returnUrl": url})
    assert answer.status == 303, (url, answer.status)
    assert visitor.cookies
    assert len(answer.headers.get_all("location", [])) == 1
    assert not [line for line in answer.headers.get_all("set-cookie", []) if "planted" in line]
    return answer.location


def test_every_location_is_of_this_site(person: Person) -> None:
    """Judged by the browser, which is the one that would be led astray."""
    person.open("/login")
    origin = person.site.url
    for url in HOSTILE:
        location = sign_in(person.site.visitor(), url)
        assert location.startswith("/"), (url, location)
        resolved = person.browser.script("return new URL(arguments[0], location.href).origin", location)
        assert resolved == origin, (url, location)
        assert not location.startswith(("/login", "/logout")), (url, location)


def test_one_who_is_signed_in_already_is_not_led_away(person: Person) -> None:
    person.open("/login")
    visitor = person.site.visitor(EMAIL)
    for url in HOSTILE:
        answer = visitor.get(f"/login?returnUrl={quote(url, safe='')}")
        assert answer.status < 400, (url, answer.status)
        resolved = person.browser.script(
            "return new URL(arguments[0], location.href).origin", answer.location
        )
        assert resolved == person.site.url, (url, answer.location)


def test_the_browser_lands_on_this_site(person: Person) -> None:
    browser = person.browser
    for url in HOSTILE:
        browser.cdp("Network.clearBrowserCookies")
        person.open(f"/login?returnUrl={quote(url, safe='')}")
        person.submit(email=EMAIL, password=PASSWORD)
        assert browser.driver.current_url.startswith(f"{person.site.url}/"), (url, browser.driver.current_url)
        assert browser.script("return window.pwned") is None, url
        assert person.status == 404 or person.has_button("Sign out"), (url, person.status, person.text)


@pytest.mark.parametrize("url", GOOD)
def test_pages_of_this_site_are_returned_to(person: Person, url: str) -> None:
    person.open(url)
    assert person.path == f"/login?returnUrl={quote(url, safe='')}"
    person.sign_in(EMAIL)
    assert person.path == url


def test_a_return_is_only_to_what_can_be_got(site: Site) -> None:
    """Who was sent to sign in by a form comes to a page, not to a form without its fields."""
    answer = site.visitor().post("/users/jane@example.com/roles", {"accountRole": "admin"})
    assert answer.outcome in ("to /login", 401)
    assert "roles" not in answer.location
