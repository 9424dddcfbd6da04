"""A running directory, seen through plain HTTP: what the clients do is checked with this."""

import subprocess
from collections.abc import Mapping
from types import TracebackType

import httpx

from support import settings
from support.stores import Database

Roles = dict[str, str]


class Directory:
    """A server with its owner, and how to get in: an API key, or nothing in mode `none`."""

    def __init__(self, base_url: str, database: Database, owner: str, api_key: str | None) -> None:
        self.base_url = base_url
        self.owner = owner
        self.api_key = api_key
        self._database = database
        self.http = httpx.Client(base_url=base_url, headers=bearer(api_key), timeout=60)

    def __enter__(self) -> "Directory":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def roles(self) -> Roles:
        """Everyone's account role, by email, in the order of the list."""
        answer = self.http.get("api/users")
        assert answer.status_code == 200, answer.text
        users = answer.json()
        assert all(set(user) == {"email", "accountRole"} for user in users), users
        return {user["email"]: user["accountRole"] for user in users}

    def role(self, email: str) -> str | None:
        """One user's account role; nothing when there is no such user."""
        answer = self.http.get(f"api/users/{email}")
        if answer.status_code == 404:
            assert problem(answer)["code"] == "user_not_found"
            return None
        assert answer.status_code == 200, answer.text
        assert answer.json()["email"] == email
        return str(answer.json()["accountRole"])

    def holds(self, roles: Mapping[str, str]) -> bool:
        """Whether the users beside the owner are exactly these; the failure shows the difference."""
        assert self.roles() == {self.owner: "admin", **roles}
        return True

    def reset(self, roles: Mapping[str, str] | None = None) -> None:
        """Leaves the owner and these users."""
        for email in self.roles():
            if email != self.owner:
                assert self.http.delete(f"api/users/{email}").status_code == 204
        for email, role in (roles or {}).items():
            body = {"email": email, "accountRole": role}
            assert self.http.post("api/users", json=body).status_code == 201

    def password_hash(self, email: str) -> str | None:
        """What is stored of a user's password."""
        return self._database.password_hash(email)

    def key_of(self, email: str) -> str:
        """An API key of a user, issued on the command line."""
        command = [settings.binary(), "api-key", "issue", email, "--database-url", self._database.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{done.stdout.strip()}\n", "the token and nothing else"
        return done.stdout.strip()


def bearer(api_key: str | None) -> dict[str, str]:
    """The header that carries an API key."""
    return {} if api_key is None else {"Authorization": f"Bearer {api_key}"}


def problem(answer: httpx.Response) -> dict[str, object]:
    """The body of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(body), body
    assert body["status"] == answer.status_code
    return dict(body)
