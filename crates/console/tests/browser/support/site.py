"""A running server with its directory, and how to fill it without the pages under test."""

import contextlib
import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from support import settings
from support.licences import licence
from support.process import Process, environment
from support.stores import Database, Rows, fresh_database
from support.visitor import Visitor

ADMIN = "admin@example.com"
PASSWORD = "purple turtles dance at noon"
OTHER_PASSWORD = "quiet rivers carry stones"
WRONG_PASSWORD = "seven lanterns under ice"


class Site:
    """A server; unless it is to be set up by hand, its admin is `ADMIN` with `PASSWORD`."""

    def __init__(self, process: Process, database: Database, folder: Path) -> None:
        self._process, self._database, self._folder = process, database, folder
        self.port = process.port()
        self.url = f"http://localhost:{self.port}"
        self.api_key: str | None = None

    def setup_code(self) -> str:
        return self._process.setup_code()

    def banner(self) -> str:
        return self._process.banner()

    def log(self) -> str:
        return self._process.log()

    def rows(self) -> Rows:
        """All that is stored."""
        return self._database.rows()

    @cached_property
    def admin(self) -> Visitor:
        """The admin over HTTP, signed in once."""
        return self.visitor(ADMIN)

    def password_link(self, email: str) -> str:
        """The path of a new one-time link of a user."""
        answer = self.admin.post(f"/users/{quoted(email)}/link")
        assert answer.status == 200, answer.text
        link = answer.attribute("#secret", "value")
        assert link.startswith(f"{self.url}/password/"), link
        return link.removeprefix(self.url)

    def visitor(self, email: str | None = None, password: str = PASSWORD, **headers: str) -> Visitor:
        """A caller over HTTP, signed in through the page if an email is given."""
        visitor = Visitor(self.port, {name.replace("_", "-"): value for name, value in headers.items()})
        if email is not None:
            answer = visitor.post("/login", {"email": email, "password": password, "returnUrl": ""})
            assert answer.outcome == "to /users", (answer.outcome, answer.text)
            assert visitor.cookies, "signing in sets a cookie"
        return visitor

    def cli(self, *arguments: str, stdin: str = "") -> str:
        """Runs a command of the same binary on the same database."""
        command = [settings.binary(), *arguments, "--database-url", self._database.url]
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=60, check=False, env=environment()
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def api(self, method: str, path: str, content: object = None, token: str | None = None) -> Any:
        """Calls the REST API, as the admin unless a token is given, and gives what it answers."""
        if self.api_key is None and token is None:
            self.api_key = self.cli("api-key", "issue", ADMIN).strip()
        headers = {"Authorization": f"Bearer {token or self.api_key}", "Content-Type": "application/json"}
        body = None if content is None else json.dumps(content).encode()
        answer = Visitor(self.port).send(method, f"/api/{path}", body, headers)
        assert answer.status < 300, (method, path, answer.status, answer.text)
        return answer.json() if answer.body else None

    def add(
        self,
        email: str,
        role: str = "viewer",
        password: str | None = PASSWORD,
        domains: Mapping[str, str] | None = None,
    ) -> str:
        """Adds a user."""
        user: dict[str, object] = {"email": email, "accountRole": role}
        if domains:
            user["dataDomainRoles"] = dict(domains)
        self.api("POST", "users", user)
        if password is not None:
            self.api("PUT", f"users/{quoted(email)}/password", password)
        return email

    def change_role(self, email: str, role: str) -> None:
        self.api("PUT", f"users/{quoted(email)}", {"email": email, "accountRole": role})

    def import_users(self, roles: Iterable[tuple[str, str]]) -> None:
        """Adds many users at once."""
        file = self._folder / "users.csv"
        lines = [f"{email},{role}" for email, role in roles]
        file.write_text("\n".join(["email,accountRole", *lines]) + "\n", encoding="utf-8")
        self.cli("user", "import", str(file))

    def roles(self) -> dict[str, str]:
        """Everyone's role, by email."""
        return {user["email"]: user["accountRole"] for user in self.api("GET", "users")}

    def session(self, email: str, password: str = PASSWORD, user_agent: str = "a test") -> dict[str, str]:
        """Begins a session over REST; gives its `token` and `id`."""
        headers = {"Content-Type": "application/json", "User-Agent": user_agent}
        body = json.dumps({"email": email, "password": password}).encode()
        answer = Visitor(self.port).send("POST", "/api/session", body, headers)
        assert answer.status == 201, answer.text
        return dict(answer.json())

    def key(self, email: str, name: str, password: str = PASSWORD) -> str:
        """Makes an API key over REST; gives its id."""
        token = self.session(email, password)["token"]
        return str(self.api("POST", "keys", {"name": name}, token)["id"])


@contextlib.contextmanager
def serving(
    store: str,
    folder: Path,
    *arguments: str,
    token: str | None = "",
    admin: bool = True,
) -> Iterator[Site]:
    """A server on a fresh database, under ENTERPRISE unless told otherwise (`None`: no licence)."""
    with fresh_database(store, folder) as database:
        options = ["--database-url", database.url, *arguments]
        if token is not None:
            options += ["--licence", token or licence()]
        if admin:
            password = folder / "password"
            password.write_text(PASSWORD, encoding="utf-8")
            options += ["--owner-email", ADMIN, "--owner-password-file", str(password)]
        process = Process(folder, options)
        try:
            yield Site(process, database, folder)
            process.stop()
        finally:
            process.kill()


def quoted(email: str) -> str:
    """An email as a segment of a path."""
    return quote(email, safe="@")
