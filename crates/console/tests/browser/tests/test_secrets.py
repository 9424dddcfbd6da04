"""Secrets: shown once, copied with a button, not left lying about."""

import re

import pytest

from support.person import Person
from support.site import ADMIN, OTHER_PASSWORD, PASSWORD

LINK = r"/password/\w{30,}"
KEY = r"dqu_key_\w{30,}"


def show_link(person: Person, email: str) -> str:
    person.enter(ADMIN).open(f"/users/{person.site.add(email, password=None)}")
    person.press("Make password link")
    return person.secret


def show_key(person: Person) -> str:
    person.enter(ADMIN).open("/account")
    person.fill("name", "a key to copy")
    person.press("Create key")
    return person.secret


def test_a_key_is_shown_once_and_works(person: Person) -> None:
    key = show_key(person)
    assert re.fullmatch(KEY, key)
    assert person.site.api("GET", "environment/profile", token=key)["user"] == ADMIN
    person.open("/account")
    assert key not in person.browser.driver.page_source
    assert "a key to copy" in person.text
    assert key not in person.site.log()


def test_a_link_is_shown_once(person: Person) -> None:
    link = show_link(person, "shown-once@example.com")
    assert re.fullmatch(re.escape(person.site.url) + LINK, link)
    person.open("/users/shown-once@example.com")
    assert link.rpartition("/")[2] not in person.browser.driver.page_source
    assert link.rpartition("/")[2] not in person.site.log()


def test_the_button_copies(person: Person) -> None:
    key = show_key(person)
    for name in ("clipboard-read", "clipboard-write"):
        permission = {"name": name, "allowWithoutSanitization": False}
        person.browser.cdp(
            "Browser.setPermission", permission=permission, setting="granted", origin=person.site.url
        )
    person.button("Copy").click()
    read = (
        "const done = arguments[0]; navigator.clipboard.readText().then(done, error => done(String(error)))"
    )
    person.wait(
        lambda: person.browser.driver.execute_async_script(read) == key, "the key is in the clipboard"
    )
    person.wait(lambda: "opied" in person.text, "it is said")


def test_without_javascript_there_is_no_button(plain_person: Person) -> None:
    assert re.fullmatch(KEY, show_key(plain_person))
    assert not plain_person.has_button("Copy")


def test_the_way_back_does_not_show_a_secret_again(person: Person) -> None:
    key = show_key(person)
    person.follow("Users")
    person.press("Sign out")
    for _ in range(3):
        person.browser.driver.back()
        assert key not in person.browser.driver.page_source


@pytest.mark.parametrize("end", ("revoked", "replaced", "used"))
def test_a_link_ends(person: Person, end: str) -> None:
    email = f"link-is-{end}@example.com"
    path = show_link(person, email).removeprefix(person.site.url)
    assert person.site.visitor().get(path).status == 200
    if end == "used":
        answer = person.site.visitor().post(path, {"password": OTHER_PASSWORD})
        assert answer.location == "/login?notice=password-set"
    else:
        person.open(f"/users/{email}")
        person.press({"revoked": "Revoke link", "replaced": "Make password link"}[end])
    answer = person.site.visitor().get(path)
    assert 400 <= answer.status < 500, answer.status
    assert not answer.page.select("input[type=password]")
    assert answer.page.select("a[href]"), "it says how to go on"
    late = person.site.visitor().post(path, {"password": PASSWORD})
    assert 400 <= late.status < 500, late.outcome


def test_a_new_password_by_link_ends_all_sessions(person: Person) -> None:
    site = person.site
    email = site.add("forgot@example.com")
    visitor = site.visitor(email)
    path = site.password_link(email)
    assert visitor.get("/account").status == 200, "to make a link ends nothing"
    assert site.visitor().post(path, {"password": OTHER_PASSWORD}).outcome == "to /login"
    assert visitor.get("/account").outcome == "to /login"
    site.visitor(email, OTHER_PASSWORD)


def test_a_link_says_whose_it_is_and_nothing_leaks_to_others(person: Person) -> None:
    path = show_link(person, "whose@example.com").removeprefix(person.site.url)
    answer = person.site.visitor().get(path)
    assert "whose@example.com" in answer.words()
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert "no-store" in answer.headers["cache-control"]
    assert not [one for one in answer.page.select("a[href]") if not str(one["href"]).startswith(("/", "#"))]


def test_a_deleted_user_has_no_link(person: Person) -> None:
    email = "gone-before-the-link@example.com"
    path = show_link(person, email).removeprefix(person.site.url)
    person.site.api("DELETE", f"users/{email}")
    person.site.add(email, password=None)
    answer = person.site.visitor().post(path, {"password": OTHER_PASSWORD})
    assert 400 <= answer.status < 500, "another user of the same email has links of their own"
