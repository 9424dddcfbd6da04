"""The two stores: a fresh, empty database for every server."""

import contextlib
import os
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from support import settings

STORES = ("sqlite", "postgres")


class Database(Protocol):
    """A database of one server."""

    url: str

    def password_hash(self, email: str) -> str | None:
        """The stored hash of a user's password: no operation of the API shows that one was changed."""


class Sqlite:
    """A file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "users.db"
        self.url = f"sqlite://{self._path}"

    def password_hash(self, email: str) -> str | None:
        query = "SELECT hash FROM passwords JOIN users ON users.id = user_id WHERE email = ?"
        with contextlib.closing(sqlite3.connect(self._path, timeout=30)) as connection:
            row: tuple[str] | None = connection.execute(query, (email,)).fetchone()
        return None if row is None else row[0]


class Postgres:
    """A database of its own on the server of the settings."""

    def __init__(self) -> None:
        self._name = f"conformance_{uuid.uuid4().hex}"
        self.url = urlunsplit(urlsplit(settings.postgres_url())._replace(path=f"/{self._name}"))

    def create(self) -> None:
        psql(settings.postgres_url(), f"CREATE DATABASE {self._name};")

    def drop(self) -> None:
        psql(settings.postgres_url(), f"DROP DATABASE {self._name} WITH (FORCE);")

    def password_hash(self, email: str) -> str | None:
        query = "SELECT hash FROM passwords JOIN users ON users.id = user_id WHERE email = :'email';"
        return psql(self.url, query, email=email).strip() or None


def psql(url: str, statement: str, **variables: str) -> str:
    """Runs one statement and gives what it prints."""
    command = ["psql", url, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    for name, value in variables.items():
        command += ["-v", f"{name}={value}"]
    done = subprocess.run(
        command,
        input=statement,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PGCONNECT_TIMEOUT": "15"},
        check=False,
    )
    assert done.returncode == 0, f"psql: {done.stderr.strip()}"
    return done.stdout


@contextlib.contextmanager
def fresh_database(store: str, folder: Path) -> Iterator[Database]:
    """An empty database, gone at the end."""
    if store == "sqlite":
        yield Sqlite(folder)
        return
    database = Postgres()
    database.create()
    try:
        yield database
    finally:
        database.drop()
