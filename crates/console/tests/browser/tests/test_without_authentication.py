"""`--authentication none`: everybody at this machine is the admin, and pages of other sites are nobody."""

from conftest import Browsers
from support.person import Person
from support.site import ADMIN, PASSWORD
from support.sites import Sites

NEW = "new@example.com"


def test_the_pages_are_open_and_say_so(browsers: Browsers, new_site: Sites) -> None:
    person = Person(browsers("first", True), new_site.without_authentication()).open("/")
    assert person.path == "/users"
    assert "No authentication" in person.text
    assert not person.has_button("Sign out")
    person.follow("Add user")
    person.fill("email", NEW)
    person.press("Add user")
    assert person.status == 201
    assert person.site.roles()[NEW] == "viewer"


def test_other_names_of_this_machine_are_refused(new_site: Sites) -> None:
    """A page of another site can make its own name resolve to this machine."""
    site = new_site.without_authentication()
    before = site.rows()
    foreign = {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}
    for path in ("/", "/users", f"/users/{ADMIN}", "/account", "/audit", "/licence", "/about"):
        answer = site.visitor().get(path, foreign)
        assert answer.status == 403, (path, answer.outcome)
        assert ADMIN not in answer.text
    for path, fields in (
        ("/users", {"email": NEW, "accountRole": "admin"}),
        (f"/users/{ADMIN}/password", {"password": PASSWORD}),
        ("/account/keys", {"name": "stolen"}),
        (f"/users/{ADMIN}/link", {}),
    ):
        answer = site.visitor().post_from(foreign, path, fields)
        assert answer.status == 403, (path, answer.outcome)
    assert site.rows() == before


def test_other_sites_change_nothing(new_site: Sites) -> None:
    site = new_site.without_authentication()
    before = site.rows()
    for origin in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}):
        answer = site.visitor().post_from(origin, "/users", {"email": NEW, "accountRole": "admin"})
        assert answer.status == 403, origin
    assert site.rows() == before
