"""The session's cookie."""

from http.cookies import SimpleCookie

from support.person import Person
from support.site import ADMIN, PASSWORD, Site
from support.sites import Sites
from support.visitor import FORM, Answer, Visitor

HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


def cookie_of(answer: Answer) -> tuple[str, dict[str, str], str]:
    """Name, attributes and value of the one cookie that was set."""
    lines = answer.headers.get_all("set-cookie", [])
    assert len(lines) == 1, lines
    jar = SimpleCookie(lines[0])
    ((name, morsel),) = jar.items()
    return name, {key: value for key, value in morsel.items() if value}, morsel.value


def sign_in(visitor: Visitor, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = visitor.post("/login", {"email": ADMIN, "password": PASSWORD}, named)
    assert answer.status == 303, answer.text
    return answer


def test_over_plain_http(site: Site) -> None:
    name, attributes, value = cookie_of(sign_in(site.visitor()))
    assert attributes["httponly"]
    assert attributes["samesite"] == "Lax"
    assert attributes["path"] == "/"
    assert "domain" not in attributes
    assert "secure" not in attributes
    assert not name.startswith("__"), "browsers take such names over https only"
    assert len(value) >= 27, "160 random bits"


def test_signing_out_takes_it_back_and_ends_the_session(site: Site) -> None:
    visitor = site.visitor(ADMIN)
    kept = dict(visitor.cookies)
    answer = visitor.post("/logout")
    assert answer.location == "/login?notice=signed-out"
    assert not visitor.cookies
    visitor.cookies = kept
    assert visitor.get("/users").outcome == "to /login", "the session has ended on the server"


def test_a_sign_in_makes_a_new_session(site: Site) -> None:
    """A cookie that somebody planted is not taken for the session."""
    visitor = site.visitor(ADMIN)
    first = dict(visitor.cookies)
    sign_in(visitor)
    assert visitor.cookies.keys() == first.keys()
    assert visitor.cookies != first


def test_scripts_do_not_see_it(person: Person) -> None:
    person.enter(ADMIN).open("/users")
    assert person.rows
    assert person.browser.script("return document.cookie") == ""


def test_behind_a_proxy_that_speaks_https(new_site: Sites) -> None:
    site = new_site("sqlite", "--trusted-proxy", "127.0.0.1")
    visitor = site.visitor()
    own = {**HTTPS, "Host": "users.example.com", "Origin": "https://users.example.com"}
    answer = sign_in(visitor, **own)
    name, attributes, _ = cookie_of(answer)
    assert name.startswith("__Host-")
    assert attributes["secure"]
    assert attributes["httponly"]
    assert attributes["samesite"] == "Lax"
    assert attributes["path"] == "/"
    assert "domain" not in attributes
    assert answer.location == "/users"
    assert visitor.get("/users", own).status == 200
    assert visitor.post("/logout", headers=own).location == "/login?notice=signed-out"
    assert not visitor.cookies, "it is taken back under the same name"


def test_links_behind_a_proxy_lead_through_it(new_site: Sites) -> None:
    site = new_site("sqlite", "--trusted-proxy", "127.0.0.1")
    site.add("jane@example.com", password=None)
    visitor = site.visitor()
    own = {**HTTPS, "Host": "users.example.com", "Origin": "https://users.example.com"}
    sign_in(visitor, **own)
    answer = visitor.post("/users/jane@example.com/link", {}, own)
    assert answer.attribute("#secret", "value").startswith("https://users.example.com/password/")


def test_whoever_is_no_trusted_proxy_is_not_believed(site: Site) -> None:
    name, attributes, _ = cookie_of(sign_in(site.visitor(), **HTTPS))
    assert not name.startswith("__")
    assert "secure" not in attributes


def test_the_plain_cookie_does_not_count_over_https(new_site: Sites) -> None:
    """Somebody on the way, or a neighbouring host, can plant a plain cookie, but not one with the prefix."""
    site = new_site("sqlite", "--trusted-proxy", "127.0.0.1")
    visitor = site.visitor(ADMIN)
    assert visitor.get("/users").status == 200
    assert visitor.get("/users", HTTPS).outcome == "to /login"


def test_a_bearer_token_is_no_cookie_and_a_cookie_no_bearer_token(site: Site) -> None:
    """The API knows no cookies: a page of another site could send them."""
    visitor = site.visitor(ADMIN)
    assert visitor.get("/api/users").status == 401
    sent = b'{"email":"by-cookie@example.com","accountRole":"admin"}'
    for kind in ("application/json", "text/plain", FORM):
        answer = visitor.send("POST", "/api/users", sent, {"Content-Type": kind})
        assert answer.status == 401, kind
    assert "by-cookie@example.com" not in site.roles()


def test_two_cookies_of_one_name_let_nobody_in_who_is_neither(site: Site) -> None:
    visitor = site.visitor(ADMIN)
    ((name, value),) = visitor.cookies.items()
    for line in (f"{name}=nonsense", f'{name}="{value[:-1]}"', f"{name}=", f"{name.upper()}={value}"):
        assert site.visitor().get("/users", {"Cookie": line}).outcome == "to /login", line
