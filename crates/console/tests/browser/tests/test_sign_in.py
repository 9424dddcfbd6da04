"""Signing in: what it says to whom, and when it slows down."""

import re
import time

from conftest import Browsers
from support.person import Person
from support.site import ADMIN, OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, Site
from support.sites import Sites
from support.visitor import Answer

# What differs from one answer to the next, whoever asks.
OF_EACH_ANSWER = ("date", "x-request-id")


def refusal(site: Site, email: str, password: str = WRONG_PASSWORD) -> Answer:
    return site.visitor().post("/login", {"email": email, "password": password, "returnUrl": "/users"})


def test_a_wrong_password_keeps_the_email_and_says_so(person: Person) -> None:
    person.open("/login?returnUrl=%2Faccount")
    person.sign_in(ADMIN, WRONG_PASSWORD)
    assert person.status == 401
    assert person.alert or person.error("password")
    assert person.value("email") == ADMIN
    assert person.value("password") == ""
    person.fill("password", PASSWORD)
    person.press("Sign in")
    assert person.path == "/account", "where to go on is kept as well"


def test_nobody_learns_who_there_is(site: Site) -> None:
    wrong, without, none = "has-password@example.com", "no-password@example.com", "has-no-role@example.com"
    site.add(wrong)
    site.add(without, password=None)
    site.add(none)
    site.change_role(none, "none")
    seen = set()
    for email, password in (
        ("unknown-to-all@example.com", WRONG_PASSWORD),
        (wrong, WRONG_PASSWORD),
        (without, PASSWORD),
        (none, PASSWORD),
        ("not an email", PASSWORD),
    ):
        answer = refusal(site, email, password)
        headers = sorted((name.lower(), value) for name, value in answer.headers.items())
        kept = tuple(pair for pair in headers if pair[0] not in (*OF_EACH_ANSWER, "content-length"))
        assert answer.attribute("#email", "value") == email
        seen.add((answer.status, answer.text.replace(email, "EMAIL"), kept))
    assert len(seen) == 1, seen
    assert seen.pop()[0] == 401


def fail_until_throttled(site: Site, email: str) -> None:
    """Has failed once, and fails until a whole wait has just begun, so that it outlasts what a slow browser does next."""
    began, looked_at, throttled = time.monotonic(), 1, False
    for _ in range(30):
        answer = refusal(site, email, WRONG_PASSWORD)
        if answer.status == 401:
            looked_at += 1
            continue
        assert answer.status == 429
        if not throttled:
            assert 10 <= looked_at <= 11 + (time.monotonic() - began) / 6
            throttled = True
        left = int(answer.headers["retry-after"])
        assert 1 <= left <= 6
        if left == 6:
            return
        time.sleep(left)
    raise AssertionError("thirty wrong passwords were looked at")


def test_after_ten_wrong_passwords_the_page_says_when_to_try_again(
    browsers: Browsers, new_site: Sites, store: str
) -> None:
    person = Person(browsers("first", True), new_site(store))
    person.site.add("jane@example.com")
    person.open("/login")
    person.sign_in("jane@example.com", WRONG_PASSWORD)
    assert person.status == 401
    fail_until_throttled(person.site, "jane@example.com")
    person.sign_in("jane@example.com", PASSWORD)
    assert person.status == 429, "also the right one must wait"
    waits = re.findall(r"(\d+) s", person.alert)
    assert [1 <= int(wait) <= 60 for wait in waits] == [True], person.text
    assert person.value("email") == "jane@example.com"
    person.open("/login")
    person.sign_in(ADMIN)
    assert person.path == "/users", "others are not slowed down"


def test_a_changed_own_password_asks_for_the_current_one(person: Person) -> None:
    email = person.site.add("changes-password@example.com")
    elsewhere = person.site.visitor(email)
    person.enter(email).open("/account")
    person.fill("current", WRONG_PASSWORD)
    person.fill("password", OTHER_PASSWORD)
    person.press("Change password")
    assert person.status in (400, 401)
    assert person.error("current")
    person.fill("current", PASSWORD)
    person.fill("password", OTHER_PASSWORD)
    person.press("Change password")
    assert person.path.startswith("/account")
    assert person.done
    assert elsewhere.get("/account").outcome == "to /login", "the other sessions have ended"
    person.follow("Users")
    assert person.path == "/users", "this one has not"
    assert refusal(person.site, email, PASSWORD).status == 401
    assert refusal(person.site, email, OTHER_PASSWORD).outcome == "to /users"


def test_guessing_the_current_password_is_slowed_down(site: Site) -> None:
    visitor = site.visitor(site.add("left-unlocked@example.com"))
    guess = {"current": WRONG_PASSWORD, "password": OTHER_PASSWORD}
    statuses = [visitor.post("/account/password", guess).status for _ in range(12)]
    assert statuses[-1] == 429, statuses


def test_one_who_is_signed_in_need_not_sign_in(person: Person) -> None:
    person.enter(ADMIN).open("/login?returnUrl=%2Faccount")
    assert person.path in ("/account", "/login?returnUrl=%2Faccount")
    person.open("/")
    assert person.path == "/users"


def test_after_signing_out_the_way_back_shows_nothing(person: Person) -> None:
    person.enter(ADMIN).open("/users")
    person.press("Sign out")
    person.browser.driver.back()
    person.wait(lambda: person.path.startswith(("/login", "/users")), "the browser is back")
    assert not person.rows
    assert "admin@example.com" not in person.text


def test_a_session_that_ended_is_said_and_leads_back(person: Person) -> None:
    email = person.site.add("is-thrown-out@example.com")
    person.enter(email).open("/users")
    person.site.api("DELETE", f"sessions?user={email}")
    person.follow("Licence")
    assert person.path.startswith("/login?")
    assert person.done or person.alert or "ended" in person.text
    person.sign_in(email)
    assert person.path == "/licence"
