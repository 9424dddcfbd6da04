"""Forms of other sites, and frames: refused, and nothing is changed."""

import contextlib
import http.server
import threading
from collections.abc import Iterator
from html import escape

import pytest

from support.person import Person
from support.routes import ROUTES, WITH_MAIL
from support.site import ADMIN, PASSWORD, Site
from support.world import World

FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost"},
    {"Origin": "http://localhost:1"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "unheard-of"},
)

POSTS = [path for method, path in ROUTES if method == "POST" and (method, path) not in WITH_MAIL]


@pytest.fixture(scope="module")
def world(site: Site) -> World:
    return World(site, "admin")


@pytest.mark.parametrize("route", POSTS)
def test_a_form_of_another_site_is_refused_and_changes_nothing(world: World, route: str) -> None:
    """With the session's cookie, as if SameSite did not keep it back."""
    before = world.site.rows()
    visitor = world.caller
    cookies = dict(visitor.cookies)
    for whose in ("own", "other"):
        path, fields = world.path(route, whose), world.fields("POST", route, whose)
        for headers in FOREIGN:
            answer = visitor.post_from(headers, path, fields)
            assert answer.status == 403, (headers, answer.status)
            assert "set-cookie" not in answer.headers, "nobody is signed in or out by another site"
    assert visitor.cookies == cookies
    assert world.site.rows() == before
    assert visitor.get("/account").status == 200


def test_the_refusal_is_a_page(world: World) -> None:
    answer = world.caller.post_from({"Origin": "null"}, "/account/keys", {"name": "x"})
    assert answer.status == 403
    assert answer.page.find("h1")
    assert answer.page.select("a[href]"), "there is a way back"


def test_a_get_changes_nothing(world: World) -> None:
    """Addresses of forms do nothing when they are only looked at."""
    before = world.site.rows()
    gets = {path for method, path in ROUTES if method == "GET"}
    for route in POSTS:
        for method in ("GET", "HEAD") if route not in gets else ():
            status = world.caller.send(method, world.path(route, "other")).status
            assert status in (303, 404, 405), (method, route, status)
    assert world.site.rows() == before


def test_other_methods_are_refused(world: World) -> None:
    before = world.site.rows()
    for route in sorted({path for _, path in ROUTES}):
        for method in ("PUT", "DELETE", "PATCH", "TRACE"):
            status = world.caller.send(method, world.path(route, "other"), None, world.caller.own).status
            assert status in (404, 405), (method, route, status)
    assert world.site.rows() == before


def test_bodies_of_other_kinds_are_refused(world: World) -> None:
    """What a form of HTML can send without asking, and what it cannot."""
    before = world.site.rows()
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/json", "application/xml"):
        answer = world.caller.send(
            "POST", "/account/keys", b"name=smuggled", {**world.caller.own, "Content-Type": kind}
        )
        assert answer.status in (400, 415), (kind, answer.status)
    assert world.site.rows() == before


@contextlib.contextmanager
def other_site(page: str) -> Iterator[int]:
    """A site of somebody else on this machine; gives its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


# Another port of one host is the same site, to which the cookie is sent; another name is not.
@pytest.mark.parametrize("host", ("localhost", "127.0.0.1"))
def test_a_real_browser_at_another_site(person: Person, host: str) -> None:
    before = person.site.roles()
    fields = {"email": "planted@example.com", "accountRole": "admin"}
    inputs = "".join(
        f'<input name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    form = f'<form method="post" action="{person.site.url}/users">{inputs}<button>Win</button></form>'
    person.enter(ADMIN).open("/users")
    with other_site(f"<!doctype html>{form}") as port:
        person.browser.driver.get(f"http://{host}:{port}/")
        person.press("Win")
    assert person.status == 403
    assert person.site.roles() == before


def test_a_link_of_another_site_leads_in(person: Person) -> None:
    """Lax: who comes by a link is still signed in."""
    person.enter(ADMIN)
    with other_site(f'<!doctype html><a href="{person.site.url}/users">in</a>') as port:
        person.browser.driver.get(f"http://127.0.0.1:{port}/")
        person.follow("in")
    assert person.path == "/users"


def test_no_frame_shows_a_page(person: Person) -> None:
    person.enter(ADMIN).open("/users")
    with other_site(f'<!doctype html><iframe src="{person.site.url}/users" id="frame"></iframe>') as port:
        person.browser.driver.get(f"http://localhost:{port}/")
        person.browser.driver.switch_to.frame(person.browser.driver.find_element("id", "frame"))
        assert not person.browser.find("#users, #main, #email")
        person.browser.driver.switch_to.default_content()


def test_signing_in_from_another_site_signs_nobody_in(site: Site) -> None:
    visitor = site.visitor()
    fields = {"email": ADMIN, "password": PASSWORD}
    answer = visitor.post_from({"Origin": "https://evil.example"}, "/login", fields)
    assert answer.status == 403
    assert not visitor.cookies
