"""Hostile texts in every field that can hold one: none of them runs, and what is shown is shown as text."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from support.hostile import EMAILS, SCRIPT, TEXTS
from support.person import Person
from support.site import ADMIN, PASSWORD, Site, quoted, serving
from support.sites import Sites

JANE = "jane@example.com"

DONE = """
return {
  pwned: window.pwned,
  strange: [...document.querySelectorAll("svg[onload], img[src=x], script:not([src])")]
    .map(one => one.outerHTML),
};
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A directory of its own, in which other tests meet none of this."""
    with serving("sqlite", tmp_path_factory.mktemp("hostile")) as site:
        site.add(JANE, "editor", None)
        yield site


def assert_harmless(person: Person) -> None:
    """Nothing ran, nothing was tried and blocked, no element came of it."""
    found = person.browser.script(DONE)
    assert found["pwned"] is None, f"a script ran on {person.path}"
    assert not found["strange"], f"{person.path}: {found['strange']}"
    said = [line["message"] for line in person.browser.console()]
    assert not [line for line in said if "Content Security Policy" in line], said


@pytest.mark.parametrize("text", TEXTS)
def test_in_the_sign_in_and_the_set_up(new_site: Sites, person: Person, text: str) -> None:
    person.open(f"/login?returnUrl={quote(text)}&notice={quote(text)}")
    assert_harmless(person)
    person.submit(email=text, password=text)
    assert_harmless(person)
    assert person.value("email") == text
    unused = Person(person.browser, new_site(admin=False)).open("/setup")
    unused.submit(code=text, email=text, password=PASSWORD)
    assert_harmless(unused)
    assert unused.value("email") == text


@pytest.mark.parametrize("text", TEXTS)
def test_in_addresses(person: Person, text: str) -> None:
    person.enter(ADMIN)
    for path in (
        "/users?search={0}&role={0}&sort={0}&after={0}&done={0}",
        "/users?search={0}&done={0}",
        f"/users/{JANE}?done={{0}}",
        "/users/{0}",
        "/users/{0}/delete",
        "/password/{0}",
        "/audit?person={0}&action={0}&since={0}&until={0}&before={0}",
        "/audit?person={0}",
        "/assets/{0}",
        "/{0}",
    ):
        person.open(path.format(quote(text, safe="")))
        assert_harmless(person)
        assert person.status < 500, person.path
        for name in ("search", "person"):
            if f"{name}=" in path:
                assert person.value(name) == text


@pytest.mark.parametrize("text", TEXTS)
def test_in_forms_of_an_admin(person: Person, text: str) -> None:
    person.enter(ADMIN).open("/users/new")
    person.submit(email=text)
    assert_harmless(person)
    assert person.value("email") == text
    assert person.status == 400
    person.open("/users/jane@example.com/delete")
    person.submit(confirm=text)
    assert_harmless(person)
    person.open("/licence")
    person.submit(licence=text)
    assert_harmless(person)


@pytest.mark.parametrize("text", TEXTS)
def test_in_names_of_keys_and_of_browsers(person: Person, text: str) -> None:
    site = person.site
    email = f"named{TEXTS.index(text)}@example.com"
    site.add(email)
    agent = text.encode("ascii", "ignore").decode()
    site.session(email, user_agent=agent)
    person.enter(email).open("/account")
    person.submit(name=text)
    assert person.status == 201
    assert_harmless(person)
    for path in ("/account", f"/users/{email}"):
        person.enter(ADMIN if path.startswith("/users") else email).open(path)
        assert_harmless(person)
        content = person.browser.script("return document.body.textContent")
        assert text in content, "the name of the key is shown as text"
        assert agent in content, "the name of the browser is shown as text"
    person.open(f"/audit?person={email}")
    assert_harmless(person)


@pytest.mark.parametrize("email", EMAILS)
def test_in_emails(person: Person, email: str) -> None:
    """As an admin sees, changes and deletes somebody with such an email."""
    person.enter(ADMIN).open("/users/new")
    person.submit(email=email)
    assert_harmless(person)
    assert person.status == 201, person.text
    person.open(f"/users?search={quote(email)}")
    assert person.rows == [email]
    assert_harmless(person)
    person.follow(email)
    assert person.status == 200
    assert email in person.heading
    person.choose("accountRole", "operator")
    person.press("Save roles")
    assert person.done
    assert_harmless(person)
    assert person.site.roles()[email] == "operator"
    person.follow("Delete user…")
    person.submit(confirm=email)
    assert_harmless(person)
    assert person.path.startswith("/users?done=deleted")
    assert email not in person.site.roles()
    person.open(f"/audit?person={quote(email)}")
    assert_harmless(person)


@pytest.mark.parametrize("email", EMAILS)
def test_in_the_own_email(person: Person, email: str) -> None:
    person.site.add(email)
    person.open("/login")
    person.submit(email=email, password=PASSWORD)
    assert_harmless(person)
    person.follow(email)
    assert person.path == "/account"
    assert_harmless(person)
    person.site.api("DELETE", f"users/{quoted(email)}")


def test_names_of_data_domains_cannot_be_hostile(person: Person) -> None:
    """The rules of names leave no room; fields that name others are refused."""
    site = person.site
    visitor = site.visitor(ADMIN)
    new = "in-no-domain@example.com"
    fields = {"email": new, "accountRole": "viewer", f"domain:{SCRIPT}": "editor"}
    answer = visitor.post("/users", fields)
    assert 400 <= answer.status < 500, answer.outcome
    assert "<script>window" not in answer.text
    assert new not in site.roles()
