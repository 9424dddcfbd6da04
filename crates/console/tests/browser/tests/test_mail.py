"""Links by mail, where mail is configured; where it is not, nothing speaks of it."""

import re

from conftest import Browsers
from support.person import Person
from support.site import ADMIN, OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, Site
from support.sites import Sites

JANE = "jane@example.com"
LINK = re.compile(r"http://users\.example\.com(/password/\w+)")


def path_in(mail: str) -> str:
    """The path of the link in a mail."""
    (path,) = LINK.findall(mail)
    return str(path)


def test_a_forgotten_password(browsers: Browsers, new_site: Sites) -> None:
    site, mails = new_site.with_mail()
    site.add(JANE)
    elsewhere = site.visitor(JANE)
    person = Person(browsers("first", True), site).open("/login")
    person.follow("Forgot your password?")
    assert person.path == "/forgot"
    person.fill("email", f" {JANE.upper()} ")
    person.press("Mail me a link")
    assert person.status == 200
    path = path_in(mails.wait_for(JANE)[0])
    assert elsewhere.get("/account").status == 200, "to ask for a link changes nothing"
    person.open(path)
    assert JANE in person.text
    person.fill("password", OTHER_PASSWORD)
    person.press("Set password")
    assert person.path == "/login?notice=password-set"
    assert elsewhere.get("/account").outcome == "to /login"
    site.visitor(JANE, OTHER_PASSWORD)
    assert path.rpartition("/")[2] not in site.log()


def test_nobody_learns_who_there_is(new_site: Sites) -> None:
    """Nor is anything mailed to who is no user, or has no rights."""
    site, mails = new_site.with_mail()
    none = site.add("none@example.com")
    site.change_role(none, "none")
    site.add(JANE)
    seen = set()
    for email in ("unknown@example.com", none, JANE):
        answer = site.visitor().post("/forgot", {"email": email})
        headers = tuple(sorted(name.lower() for name in answer.headers))
        seen.add((answer.status, answer.text.replace(email, "EMAIL"), headers))
    assert len(seen) == 1, seen
    mails.wait_for(JANE)
    assert "unknown@example.com" not in mails.receivers()


def test_asking_again_and_again_is_bounded(new_site: Sites) -> None:
    """Nobody's mailbox is filled, and an open link of an admin stays."""
    site, mails = new_site.with_mail()
    site.add(JANE)
    path = (
        site.admin.post(f"/users/{JANE}/link")
        .attribute("#secret", "value")
        .removeprefix("http://users.example.com")
    )
    statuses = {site.visitor().post("/forgot", {"email": JANE}).status for _ in range(30)}
    assert statuses <= {200, 429}, statuses
    mails.wait_for(JANE)
    assert mails.receivers().count(JANE) <= 10
    assert site.visitor().get(path).status == 200, "whoever asks for a link does not end the admin's"


def test_an_admin_has_a_link_mailed(browsers: Browsers, new_site: Sites) -> None:
    site, mails = new_site.with_mail()
    site.add(JANE, password=None)
    person = Person(browsers("first", True), site).enter(ADMIN).open(f"/users/{JANE}")
    person.tick("mail", True)
    person.press("Make password link")
    assert person.secret.startswith("http://users.example.com/password/"), (
        "links begin with the public address"
    )
    assert person.secret in mails.wait_for(JANE)[0]


def test_a_mail_that_is_refused_is_said(browsers: Browsers, new_site: Sites) -> None:
    site, mails = new_site.with_mail()
    mails.refuses = True
    site.add(JANE, password=None)
    person = Person(browsers("first", True), site).enter(ADMIN).open(f"/users/{JANE}")
    person.tick("mail", True)
    person.press("Make password link")
    assert person.status < 500 or person.alert, person.text
    assert person.alert or "not" in person.text
    assert not mails.receivers()


def test_other_sites_ask_for_nothing(new_site: Sites) -> None:
    site, mails = new_site.with_mail()
    site.add(JANE)
    for origin in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert site.visitor().post_from(origin, "/forgot", {"email": JANE}).status == 403
    assert site.visitor().post("/forgot", {"email": ADMIN}).status == 200
    mails.wait_for(ADMIN)
    assert mails.receivers() == [ADMIN]


def test_where_no_mail_is_configured_nothing_speaks_of_it(site: Site) -> None:
    assert site.visitor().get("/forgot").status == 404
    assert site.visitor().post("/forgot", {"email": JANE}).status == 404
    wrong = site.visitor().post("/login", {"email": "no-mail@example.com", "password": WRONG_PASSWORD})
    for answer in (site.visitor().get("/login"), wrong, site.admin.get(f"/users/{ADMIN}")):
        assert "/forgot" not in answer.text
        assert not answer.page.select("#mail")
    assert PASSWORD not in wrong.text
