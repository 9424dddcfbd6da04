"""What a licence does not allow is not offered, and why; effects that surprise are told before."""

from conftest import Browsers
from support.licences import LAPSED, in_days, licence
from support.person import Person
from support.site import ADMIN, Site
from support.sites import Sites

JANE, JOE = "jane@example.com", "joe@example.com"


def hints(person: Person) -> str:
    return " ".join(one.text for one in person.browser.find("p.hint, .notice"))


def assert_adding_is_not_offered(person: Person, *reasons: str) -> None:
    """Neither on the list nor on the form; and who sends the form all the same, adds nobody."""
    site = person.site
    before = site.roles()
    person.enter(ADMIN).open("/users")
    assert person.rows, "that there is no seat hides nobody"
    said = hints(person)
    assert any(reason in said for reason in reasons), f"the page says why: {said!r}"
    links = [one for one in person.browser.find("a[href='/users/new']") if one.is_displayed()]
    assert not links, "adding is not offered"
    person.open("/users/new")
    assert not person.has_button("Add user")
    assert any(reason in person.text for reason in reasons), person.text
    answer = site.visitor(ADMIN).post("/users", {"email": "more@example.com", "accountRole": "viewer"})
    assert answer.status in (400, 403), answer.outcome
    assert any(reason in answer.words() for reason in reasons), answer.words()
    assert site.roles() == before


def full_then(new_site: Sites, later: str) -> Site:
    """Three users, and then another licence."""
    site = new_site()
    site.add(JANE, "editor")
    site.add(JOE, "viewer")
    answer = site.visitor(ADMIN).post("/licence", {"licence": later})
    assert answer.outcome == "to /licence", answer.words()
    return site


def test_a_lapsed_licence(browsers: Browsers, new_site: Sites) -> None:
    site = full_then(new_site, licence("TEAM", 10, LAPSED))
    person = Person(browsers("first", True), site)
    assert_adding_is_not_offered(person, "lapsed")
    person.open(f"/users/{JOE}")
    options = person.field("accountRole").find_elements("css selector", "option:not([disabled])")
    offered = {option.get_attribute("value") for option in options}
    assert offered <= {"viewer", "none"}, "roles only go down"
    assert "lapsed" in person.text
    person.choose("accountRole", "none")
    person.press("Save roles")
    assert person.done
    assert site.roles()[JOE] == "none"
    person.follow("Delete user…")
    person.fill("confirm", JOE)
    person.press("Delete user")
    assert JOE not in site.roles()


def test_more_users_than_seats(browsers: Browsers, new_site: Sites) -> None:
    site = full_then(new_site, licence("TEAM", 2))
    person = Person(browsers("first", True), site)
    assert_adding_is_not_offered(person, "seat")
    person.open("/licence")
    assert "3 of 2 seats used" in person.text


def test_all_seats_taken(browsers: Browsers, new_site: Sites) -> None:
    site = full_then(new_site, licence("TEAM", 3))
    person = Person(browsers("first", True), site)
    assert_adding_is_not_offered(person, "seat")
    person.open(f"/users/{JOE}/delete")
    person.fill("confirm", JOE)
    person.press("Delete user")
    assert person.has_link("Add user"), "a seat is free again"


def test_free(browsers: Browsers, new_site: Sites) -> None:
    site = new_site(token=licence("FREE", 1))
    person = Person(browsers("first", True), site)
    assert_adding_is_not_offered(person, "FREE")


def test_the_last_seat_is_said(browsers: Browsers, new_site: Sites) -> None:
    site = new_site(token=licence("TEAM", 3))
    person = Person(browsers("first", True), site)
    person.enter(ADMIN).open("/users/new")
    assert "This uses the last seat." not in person.text
    site.add(JANE, password=None)
    person.open("/users/new")
    assert "This uses the last seat." in person.text
    person.fill("email", JOE)
    person.press("Add user")
    assert person.status == 201
    person.open("/users/new")
    assert not person.has_button("Add user")


def test_the_last_admin_is_said(browsers: Browsers, new_site: Sites) -> None:
    site = new_site()
    site.add(JANE, "admin")
    person = Person(browsers("first", True), site)
    person.enter(ADMIN).open(f"/users/{ADMIN}")
    assert "This is you:" in person.text
    assert "This is the last admin:" not in person.text
    person.open(f"/users/{JANE}")
    assert "This is you:" not in person.text
    site.change_role(JANE, "viewer")
    person.open(f"/users/{ADMIN}")
    assert "This is the last admin:" in person.text
    person.open(f"/users/{ADMIN}/delete")
    assert "last admin" in person.text
    assert not person.has_button("Delete user")
    visitor = site.visitor(ADMIN)
    answer = visitor.post(f"/users/{ADMIN}/delete", {"confirm": ADMIN})
    assert answer.status == 409, answer.outcome
    assert site.roles()[ADMIN] == "admin"


def test_data_domain_roles_are_offered_under_enterprise_only(
    browsers: Browsers, new_site: Sites, site: Site
) -> None:
    person = Person(browsers("first", True), site)
    person.enter(ADMIN).open("/users/new")
    domains = [one.get_attribute("name") for one in person.browser.find("select[name^='domain:']")]
    assert {"domain:Sales", "domain:Human resources", "domain:R-and-D_2"} <= set(domains), domains
    person.browser.empty()
    team = Person(person.browser, new_site(token=licence("TEAM", 5)))
    team.enter(ADMIN).open("/users/new")
    assert not team.browser.find("[name^='domain:']")


def test_data_domain_roles_are_given_and_taken(person: Person) -> None:
    email = "of-domains@example.com"
    person.enter(ADMIN).open("/users/new")
    person.fill("email", email)
    person.choose("accountRole", "viewer")
    field = person.browser.find("select[name='domain:Human resources']")[0].get_attribute("id")
    person.choose(str(field), "editor")
    person.press("Add user")
    roles = person.site.api("GET", f"users/{email}")["dataDomainRoles"]
    assert roles["Human resources"] == "editor"
    assert roles["Sales"] == "none"
    person.open(f"/users/{email}")
    field = person.browser.find("select[name='domain:Human resources']")[0].get_attribute("id")
    assert person.value(str(field)) == "editor"
    person.choose(str(field), "none")
    person.press("Save roles")
    assert person.site.api("GET", f"users/{email}")["dataDomainRoles"]["Human resources"] == "none"


def test_a_licence_is_installed_and_removed(browsers: Browsers, new_site: Sites) -> None:
    site = new_site(token=None)
    person = Person(browsers("first", True), site)
    person.enter(ADMIN).open("/licence")
    assert "evaluation" in person.text.lower()
    person.fill("licence", licence("ENTERPRISE", 77, in_days(20), customer="Łódź & <Sons>"))
    person.press("Install licence")
    assert person.path.startswith("/licence")
    assert person.done
    assert "ENTERPRISE" in person.text
    assert "77" in person.text
    assert "Łódź & <Sons>" in person.text
    site.visitor(ADMIN).post("/licence/remove")
    person.open("/licence")
    assert "evaluation" in person.text.lower()


def test_a_licence_of_somebody_else_is_refused(browsers: Browsers, new_site: Sites) -> None:
    person = Person(browsers("first", True), new_site(token=None))
    person.enter(ADMIN).open("/licence")
    token = licence("TEAM", 5)
    forged = token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")
    person.fill("licence", forged)
    person.press("Install licence")
    assert person.status == 400
    assert "signature" in person.error("licence")
