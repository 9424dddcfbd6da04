"""One's own account, and what an admin sees and ends of another's: keys and sessions."""

from support.person import Person
from support.site import ADMIN, Site, quoted

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def ids(site: Site, kind: str, email: str) -> set[str]:
    """The ids of somebody's keys or sessions."""
    return {one["id"] for one in site.api("GET", f"{kind}?user={quoted(email)}")}


def test_keys_are_made_and_revoked(person: Person) -> None:
    email = person.site.add("has-keys@example.com")
    person.enter(email).open("/account")
    person.fill("name", "for the night")
    if person.field("days").tag_name == "select":
        person.choose("days", "30")
    else:
        person.fill("days", "30")
    person.press("Create key")
    key = person.secret
    (made,) = person.site.api("GET", f"keys?user={email}")
    assert made["name"] == "for the night"
    assert person.site.api("GET", "environment/profile", token=key)["user"] == email
    person.open("/account")
    assert "for the night" in person.text
    assert not person.browser.find("#never"), "keys that never expire are not allowed here"
    person.load(person.browser.find(f"form[action='/account/keys/{made['id']}/revoke'] button")[0].click)
    assert person.path.startswith("/account")
    assert person.done
    assert "for the night" not in person.text
    assert not ids(person.site, "keys", email)


def test_days_that_cannot_be_are_refused_beside_the_field(site: Site) -> None:
    visitor = site.visitor(site.add("odd-days@example.com"))
    for days in ("0", "-1", "367", "99999999999999999999", "1.5", "soon"):
        answer = visitor.post("/account/keys", {"name": "odd", "days": days})
        assert answer.status == 400, days
        assert answer.page.select_one("#days-error"), days
    answer = visitor.post("/account/keys", {"name": "odd", "never": "yes"})
    assert answer.status in (201, 400), "not allowed here: refused, or as if it had not been sent"
    kept = site.api("GET", "keys?user=odd-days@example.com")
    assert all(key["expiresAt"] for key in kept)


def test_one_session_is_ended(person: Person) -> None:
    site = person.site
    email = site.add("two-places@example.com")
    elsewhere = site.visitor(email, User_Agent=FIREFOX)
    person.enter(email).open("/account")
    assert "Firefox" in person.text
    (other,) = [one["id"] for one in site.api("GET", f"sessions?user={email}") if one["client"] == FIREFOX]
    person.load(person.browser.find(f"form[action='/account/sessions/{other}/end'] button")[0].click)
    assert person.path.startswith("/account")
    assert elsewhere.get("/account").outcome == "to /login"
    assert "Firefox" not in person.text


def test_all_own_sessions_are_ended(site: Site) -> None:
    email = site.add("everywhere@example.com")
    here, there = site.visitor(email), site.visitor(email)
    answer = here.post("/account/sessions/end")
    assert answer.outcome == "to /login"
    assert here.get("/account").outcome == there.get("/account").outcome == "to /login"
    assert not ids(site, "sessions", email)


def test_an_admin_ends_all_sessions_of_a_user(person: Person) -> None:
    site = person.site
    email = site.add("stolen-laptop@example.com")
    there = site.visitor(email)
    person.enter(ADMIN).open(f"/users/{email}")
    person.press("End all sessions")
    assert person.done
    assert there.get("/account").outcome == "to /login"


def test_an_admin_ends_a_session_and_revokes_a_key(person: Person) -> None:
    site = person.site
    email = site.add("partly-stolen@example.com")
    there = site.visitor(email)
    key = site.key(email, "on the laptop")
    sessions = site.api("GET", f"sessions?user={email}")
    person.enter(ADMIN).open(f"/users/{email}")
    assert "on the laptop" in person.text
    for session in sessions:
        person.load(person.browser.find(f"form[action$='/sessions/{session['id']}/end'] button")[0].click)
        assert person.done
    person.load(person.browser.find(f"form[action$='/keys/{key}/revoke'] button")[0].click)
    assert person.done
    assert there.get("/account").outcome == "to /login"
    assert not ids(site, "sessions", email)
    assert not ids(site, "keys", email)


def test_what_belongs_to_one_cannot_be_ended_through_another(site: Site) -> None:
    """The user in the address and the thing must belong together."""
    victim, cover = site.add("victim@example.com"), site.add("cover@example.com")
    key, session = site.key(victim, "kept"), site.session(victim)["id"]
    for path in (f"/users/{cover}/keys/{key}/revoke", f"/users/{cover}/sessions/{session}/end"):
        answer = site.admin.post(path)
        assert answer.status == 404, (path, answer.outcome)
    assert key in ids(site, "keys", victim)
    assert session in ids(site, "sessions", victim)


def test_others_see_no_keys_and_no_sessions(site: Site) -> None:
    email = site.add("private@example.com")
    key, session = site.key(email, "private name"), site.session(email, user_agent="private browser")["id"]
    answer = site.visitor(site.add("curious@example.com", "editor")).get(f"/users/{email}")
    assert answer.status == 200
    for secret in (key, session, "private name", "private browser"):
        assert secret not in answer.text


def test_an_admin_sets_a_password(person: Person) -> None:
    site = person.site
    email = site.add("no-mail-at-hand@example.com")
    there = site.visitor(email)
    person.enter(ADMIN).open(f"/users/{email}")
    person.fill("password", "a password an admin chose")
    person.press("Set password")
    assert person.done
    assert there.get("/account").outcome == "to /login"
    site.visitor(email, "a password an admin chose")
