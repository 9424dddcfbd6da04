"""Every page of the console in every state worth looking at, and how to get there."""

from collections.abc import Callable
from dataclasses import dataclass

from support.licences import LAPSED, licence
from support.person import Person
from support.site import ADMIN, OTHER_PASSWORD, PASSWORD, WRONG_PASSWORD, Site
from support.sites import Sites
from support.town import JANE


class Tour:
    """Leads a person to a page."""

    def __init__(self, person_on: Callable[[Site], Person], site: Site, new_site: Sites) -> None:
        self._person_on, self.site, self.new_site = person_on, site, new_site

    def nobody(self, path: str, site: Site | None = None) -> Person:
        """At a page, not signed in."""
        return self._person_on(site or self.site).open(path)

    def admin(self, path: str, site: Site | None = None) -> Person:
        return self._person_on(site or self.site).enter(ADMIN).open(path)

    def jane(self, path: str) -> Person:
        return self._person_on(self.site).enter(JANE).open(path)


Visit = Callable[[Tour], Person]


@dataclass(frozen=True)
class Page:
    """A page in a state: its status, whether it has the navigation, and a way to sign out in it."""

    name: str
    status: int
    signed_in: bool
    signs_out: bool
    visit: Visit


PAGES: list[Page] = []


def page(status: int = 200, *, signed_in: bool = True, signs_out: bool = True) -> Callable[[Visit], Visit]:
    """Puts a visit on the list, under its function's name."""

    def add(visit: Visit) -> Visit:
        name = visit.__name__.replace("_", "-")
        PAGES.append(Page(name, status, signed_in, signed_in and signs_out, visit))
        return visit

    return add


# Before signing in.


@page(signed_in=False)
def set_up(tour: Tour) -> Person:
    return tour.nobody("/setup", tour.new_site(admin=False))


@page(401, signed_in=False)
def set_up_wrong_code(tour: Tour) -> Person:
    person = set_up(tour)
    person.fill("code", "dqu_setup_00000000000000000000000000000000")
    person.fill("email", ADMIN)
    person.fill("password", OTHER_PASSWORD)
    person.press("Set up")
    return person


@page(400, signed_in=False)
def set_up_weak_password(tour: Tour) -> Person:
    person = set_up(tour)
    person.fill("code", person.site.setup_code())
    person.fill("email", ADMIN)
    person.fill("password", "administrator1")
    person.press("Set up")
    return person


@page(signed_in=False)
def login(tour: Tour) -> Person:
    return tour.nobody("/login")


@page(signed_in=False)
def login_signed_out(tour: Tour) -> Person:
    return tour.nobody("/login?notice=signed-out")


@page(signed_in=False)
def login_ended(tour: Tour) -> Person:
    return tour.nobody("/login?notice=ended&returnUrl=%2Fusers")


@page(signed_in=False)
def login_password_set(tour: Tour) -> Person:
    return tour.nobody("/login?notice=password-set")


@page(401, signed_in=False)
def login_wrong(tour: Tour) -> Person:
    person = tour.nobody("/login")
    person.sign_in("nobody@example.com", WRONG_PASSWORD)
    return person


@page(429, signed_in=False)
def login_throttled(tour: Tour) -> Person:
    visitor = tour.site.visitor()
    for _ in range(10):
        visitor.post("/login", {"email": "throttled@example.com", "password": WRONG_PASSWORD})
    person = tour.nobody("/login")
    person.sign_in("throttled@example.com", WRONG_PASSWORD)
    return person


def _add(tour: Tour, email: str) -> str:
    """Makes sure that there is such a user."""
    return email if email in tour.site.roles() else tour.site.add(email, "viewer", None)


@page(signed_in=False)
def password_link(tour: Tour) -> Person:
    return tour.nobody(tour.site.password_link(_add(tour, "linked@example.com")))


@page(400, signed_in=False)
def password_link_weak_password(tour: Tour) -> Person:
    person = password_link(tour)
    person.fill("password", "linked@example.com")
    person.press("Set password")
    return person


@page(404, signed_in=False)
def password_link_unknown(tour: Tour) -> Person:
    return tour.nobody("/password/dqu_link_00000000000000000000000000000000")


# Where links are mailed.


@page(signed_in=False)
def login_with_mail(tour: Tour) -> Person:
    site, _ = tour.new_site.with_mail()
    return tour.nobody("/login", site)


@page(signed_in=False)
def forgot(tour: Tour) -> Person:
    site, _ = tour.new_site.with_mail()
    return tour.nobody("/forgot", site)


@page(400, signed_in=False)
def forgot_malformed(tour: Tour) -> Person:
    person = forgot(tour)
    person.submit(email="jane at example.com")
    return person


@page(signed_in=False)
def forgot_answer(tour: Tour) -> Person:
    person = forgot(tour)
    person.fill("email", "a-rather-long-name.of-somebody@subsidiary.department.example.com")
    person.press("Mail me a link")
    return person


@page()
def user_with_mail(tour: Tour) -> Person:
    site, _ = tour.new_site.with_mail()
    return tour.admin(f"/users/{site.add(JANE, 'editor', None)}", site)


@page()
def user_link_mailed(tour: Tour) -> Person:
    person = user_with_mail(tour)
    person.tick("mail", True)
    person.press("Make password link")
    return person


# Users.


@page()
def users(tour: Tour) -> Person:
    return tour.admin("/users")


@page()
def users_as_editor(tour: Tour) -> Person:
    return tour.jane("/users")


@page()
def users_done(tour: Tour) -> Person:
    return tour.admin("/users?done=deleted")


@page()
def users_found(tour: Tour) -> Person:
    return tour.admin("/users?search=person1&role=editor&sort=-email")


@page()
def users_none_found(tour: Tour) -> Person:
    return tour.admin("/users?search=zzzzzz")


@page()
def user_new(tour: Tour) -> Person:
    return tour.admin("/users/new")


@page(400)
def user_new_malformed(tour: Tour) -> Person:
    person = user_new(tour)
    person.submit(email="jane at example.com")
    return person


@page(409)
def user_new_exists(tour: Tour) -> Person:
    person = user_new(tour)
    person.fill("email", JANE)
    person.press("Add user")
    return person


@page(201)
def user_added_with_link(tour: Tour) -> Person:
    person = tour.admin("/users/new", tour.new_site())
    person.fill("email", "a-rather-long-name.of-somebody@subsidiary.department.example.com")
    person.press("Add user")
    return person


# A user.


@page()
def user(tour: Tour) -> Person:
    return tour.admin(f"/users/{JANE}")


@page()
def user_as_editor(tour: Tour) -> Person:
    return tour.jane("/users/person01@crowd.example")


@page()
def user_oneself(tour: Tour) -> Person:
    return tour.admin(f"/users/{ADMIN}")


@page()
def user_open_link(tour: Tour) -> Person:
    tour.site.password_link(_add(tour, "open-link@example.com"))
    return tour.admin("/users/open-link@example.com")


@page()
def user_last_admin(tour: Tour) -> Person:
    return tour.admin(f"/users/{ADMIN}", tour.new_site())


@page(409)
def user_became_last_admin(tour: Tour) -> Person:
    """The other admin was demoted while the page was looked at."""
    site = tour.new_site()
    other = site.add("other@example.com", "admin", None)
    person = tour.admin(f"/users/{ADMIN}", site)
    site.change_role(other, "viewer")
    person.choose("accountRole", "viewer")
    person.press("Save roles")
    return person


@page(412)
def user_changed_meanwhile(tour: Tour) -> Person:
    email = _add(tour, "twice@example.com")
    person = tour.admin(f"/users/{email}")
    tour.site.change_role(email, "editor")
    tour.site.change_role(email, "viewer")
    person.choose("accountRole", "operator")
    person.press("Save roles")
    return person


@page(400)
def user_weak_password(tour: Tour) -> Person:
    person = user(tour)
    person.submit(password="short")
    return person


@page()
def user_link(tour: Tour) -> Person:
    person = tour.admin(f"/users/{JANE}")
    person.press("Make password link")
    return person


@page()
def user_delete(tour: Tour) -> Person:
    return tour.admin(f"/users/{JANE}/delete")


@page(400)
def user_delete_wrong_text(tour: Tour) -> Person:
    person = user_delete(tour)
    person.submit(confirm="somebody else")
    return person


@page()
def user_delete_oneself(tour: Tour) -> Person:
    site = tour.new_site()
    site.add("other@example.com", "admin", None)
    return tour.admin(f"/users/{ADMIN}/delete", site)


@page()
def user_delete_last_admin(tour: Tour) -> Person:
    return tour.admin(f"/users/{ADMIN}/delete", tour.new_site())


# One's own account.


@page()
def account(tour: Tour) -> Person:
    return tour.jane("/account")


@page(400)
def account_weak_password(tour: Tour) -> Person:
    person = account(tour)
    person.submit(current=PASSWORD, password="short")
    return person


@page(400)
def account_wrong_password(tour: Tour) -> Person:
    person = account(tour)
    person.fill("current", WRONG_PASSWORD)
    person.fill("password", OTHER_PASSWORD)
    person.press("Change password")
    return person


@page(201)
def account_key(tour: Tour) -> Person:
    person = account(tour)
    person.fill("name", "reports")
    person.press("Create key")
    return person


@page(406)
def account_key_without_name(tour: Tour) -> Person:
    person = account(tour)
    person.submit(name=" ")
    return person


# The rest.


@page()
def audit(tour: Tour) -> Person:
    return tour.admin("/audit")


@page()
def audit_filtered(tour: Tour) -> Person:
    return tour.admin(f"/audit?person={JANE}&action=signed_in&since=2026-01-01&until=2099-01-01")


@page()
def audit_none_found(tour: Tour) -> Person:
    return tour.admin("/audit?person=nobody@example.com")


@page(400)
def audit_bad_date(tour: Tour) -> Person:
    return tour.admin("/audit?since=yesterday")


@page()
def licence_enterprise(tour: Tour) -> Person:
    return tour.admin("/licence")


@page()
def licence_as_editor(tour: Tour) -> Person:
    return tour.jane("/licence")


@page()
def licence_evaluation(tour: Tour) -> Person:
    return tour.admin("/licence", tour.new_site(token=None))


@page()
def licence_lapsed(tour: Tour) -> Person:
    return tour.admin("/licence", tour.new_site(token=licence("TEAM", 5, LAPSED)))


@page()
def licence_free(tour: Tour) -> Person:
    return tour.admin("/licence", tour.new_site(token=licence("FREE", 1)))


@page(400)
def licence_not_one(tour: Tour) -> Person:
    person = licence_evaluation(tour)
    person.fill("licence", "dqul1.bm90.YQ")
    person.press("Install licence")
    return person


@page()
def users_lapsed(tour: Tour) -> Person:
    return tour.admin("/users", tour.new_site(token=licence("TEAM", 5, LAPSED)))


@page()
def user_new_last_seat(tour: Tour) -> Person:
    return tour.admin("/users/new", tour.new_site(token=licence("TEAM", 2)))


@page()
def about(tour: Tour) -> Person:
    return tour.admin("/about")


@page(signs_out=False)
def users_without_authentication(tour: Tour) -> Person:
    return tour.nobody("/users", tour.new_site.without_authentication())


@page(signs_out=False)
def account_without_authentication(tour: Tour) -> Person:
    return tour.nobody("/account", tour.new_site.without_authentication())


@page(404)
def not_found(tour: Tour) -> Person:
    return tour.admin("/users/nobody@example.com")


@page(404, signed_in=False)
def no_such_address(tour: Tour) -> Person:
    return tour.admin("/no/such/address")


@page(403)
def not_allowed(tour: Tour) -> Person:
    return tour.jane("/audit")
