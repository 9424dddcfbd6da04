"""The main path, with JavaScript and without, on both stores: from the first run to a deletion."""

import pytest

from conftest import Browsers
from support.person import Person
from support.site import ADMIN, OTHER_PASSWORD, PASSWORD
from support.sites import Sites
from support.visitor import Visitor

JANE = "jane@example.com"
JOE = "joe@example.com"


class Path:
    """An administrator and Jane, each at a browser of their own, on a server that was never used."""

    def __init__(self, admin: Person, jane: Person) -> None:
        self.admin, self.jane, self.site = admin, jane, admin.site
        self.link = ""

    def first_run(self) -> None:
        admin = self.admin
        admin.open("/")
        assert admin.path == "/setup"
        admin.fill("code", self.site.setup_code())
        admin.fill("email", ADMIN)
        admin.fill("password", PASSWORD)
        admin.press("Set up")
        assert admin.path == "/users?done=set-up"
        assert admin.done
        assert admin.rows == [ADMIN]
        self.jane.open("/setup")
        assert not self.jane.has_button("Set up"), "it is set up once"

    def adds_users(self) -> None:
        admin = self.admin
        admin.follow("Add user")
        assert admin.path == "/users/new"
        admin.fill("email", JANE)
        admin.choose("accountRole", "editor")
        assert admin.field("link").is_selected(), "a link is the default"
        admin.press("Add user")
        assert admin.status == 201
        self.link = admin.secret
        assert self.link.startswith(f"{self.site.url}/password/"), self.link
        admin.follow("Users")
        admin.follow("Add user")
        admin.fill("email", JOE)
        admin.choose("accountRole", "viewer")
        admin.tick("link", False)
        admin.press("Add user")
        assert admin.path.partition("?")[0] == f"/users/{JOE}"
        assert admin.done
        admin.follow("Users")
        assert admin.rows == [ADMIN, JANE, JOE]

    def replaces_the_link(self) -> None:
        """A new link takes the place of an open one."""
        first = self.link
        self.admin.open(f"/users/{JANE}")
        self.admin.press("Make password link")
        assert self.admin.status == 200
        self.link = self.admin.secret
        assert self.link != first
        self.jane.open(self._path(first))
        assert not self.jane.has_field("password"), "the first link was replaced"

    def jane_sets_her_password(self) -> None:
        jane, path = self.jane, self._path(self.link)
        assert Visitor(self.site.port).send("HEAD", path).status < 400
        for _ in range(2):
            jane.open(path)
            assert jane.has_field("password"), "looking at a link does not use it up"
        jane.fill("password", "short")
        jane.press("Set password")
        assert jane.status == 400
        assert "12" in jane.error("password")
        assert jane.value("password") == "", "no password is sent back"
        jane.fill("password", OTHER_PASSWORD)
        jane.press("Set password")
        assert jane.path == "/login?notice=password-set"
        assert jane.done
        jane.open(path)
        assert not jane.has_field("password")
        assert "used" in jane.text

    def jane_signs_in(self) -> None:
        jane = self.jane
        jane.open("/login")
        jane.sign_in(JANE, OTHER_PASSWORD)
        assert jane.path == "/users"
        assert jane.rows == [ADMIN, JANE, JOE]
        assert not jane.has_link("Add user")
        assert not jane.has_link("Audit log")
        jane.follow(JANE)
        assert jane.path == "/account"
        assert "editor" in jane.text

    def jane_feels_each_change_of_role(self) -> None:
        admin, jane = self.admin, self.jane
        self._give("admin")
        jane.follow("Users")
        assert jane.has_link("Add user")
        assert jane.has_link("Audit log")
        self._give("viewer")
        jane.follow("Users")
        assert not jane.has_link("Add user")
        assert not jane.has_link("Audit log")
        jane.follow(JANE)
        assert "viewer" in jane.text
        assert "editor" not in jane.browser.find("main")[0].text.split()
        assert admin.value("accountRole") == "viewer"

    def jane_is_deleted(self) -> None:
        admin, jane = self.admin, self.jane
        admin.open(f"/users/{JANE}")
        admin.follow("Delete user…")
        assert admin.path == f"/users/{JANE}/delete"
        admin.fill("confirm", JOE)
        if admin.browser.javascript:
            assert not admin.has_button("Delete user"), "what is typed enables the button"
        admin.submit(confirm=JOE)
        assert admin.status == 400
        assert admin.error("confirm")
        admin.fill("confirm", JANE)
        admin.press("Delete user")
        assert admin.path == "/users?done=deleted"
        assert admin.done
        assert admin.rows == [ADMIN, JOE]
        jane.follow("Users")
        assert jane.path.startswith("/login"), "out at the next click"
        jane.sign_in(JANE, OTHER_PASSWORD)
        assert jane.status == 401

    def admin_signs_out(self) -> None:
        admin = self.admin
        admin.press("Sign out")
        assert admin.path == "/login?notice=signed-out"
        assert admin.done
        admin.open("/users")
        assert admin.path == "/login?returnUrl=%2Fusers"
        admin.sign_in(ADMIN)
        assert admin.path == "/users"

    def nothing_secret_was_logged(self) -> None:
        token = self.link.rpartition("/")[2]
        for secret in (token, PASSWORD, OTHER_PASSWORD, PASSWORD.replace(" ", "+"), self.site.setup_code()):
            assert secret not in self.site.log()

    def _give(self, role: str) -> None:
        self.admin.open(f"/users/{JANE}")
        self.admin.choose("accountRole", role)
        self.admin.press("Save roles")
        assert self.admin.path.partition("?")[0] == f"/users/{JANE}"
        assert self.admin.done

    def _path(self, link: str) -> str:
        return link.removeprefix(self.site.url)


@pytest.mark.parametrize("javascript", (True, False), ids=("javascript", "plain"))
def test_from_the_first_run_to_a_deletion(
    browsers: Browsers, new_site: Sites, store: str, javascript: bool
) -> None:
    site = new_site(store, admin=False)
    first, second = ("first", "second") if javascript else ("plain", "second plain")
    admin, jane = Person(browsers(first, javascript), site), Person(browsers(second, javascript), site)
    path = Path(admin, jane)
    path.first_run()
    path.adds_users()
    path.replaces_the_link()
    path.jane_sets_her_password()
    path.jane_signs_in()
    path.jane_feels_each_change_of_role()
    path.jane_is_deleted()
    path.admin_signs_out()
    path.nothing_secret_was_logged()
