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

# What changes without anybody having changed anything.
FLEETING_TABLES = ("throttles",)
FLEETING_COLUMNS = ("last_used_at", "latest_time")

Rows = dict[str, list[tuple[object, ...]]]


class Database(Protocol):
    """A database of one server."""

    url: str

    def rows(self) -> Rows:
        """All that is stored, but for what changes without anybody having changed anything."""


class Sqlite:
    """A file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "users.db"
        self.url = f"sqlite://{self._path}"

    def rows(self) -> Rows:
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        with contextlib.closing(sqlite3.connect(self._path, timeout=30)) as connection:
            names = [name for (name,) in connection.execute(tables) if name not in FLEETING_TABLES]
            return {name: self._rows_of(connection, name) for name in names}

    @staticmethod
    def _rows_of(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
        names = [row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
        kept = ", ".join(f'"{name}"' for name in names if name not in FLEETING_COLUMNS)
        return sorted(connection.execute(f'SELECT {kept} FROM "{table}"'), key=repr)


class Postgres:
    """A database of its own on the server of the settings."""

    def __init__(self) -> None:
        self._name = f"browser_{uuid.uuid4().hex}"
        self.url = urlunsplit(urlsplit(settings.postgres_url())._replace(path=f"/{self._name}"))

    def create(self) -> None:
        psql(settings.postgres_url(), f"CREATE DATABASE {self._name};")

    def drop(self) -> None:
        psql(settings.postgres_url(), f"DROP DATABASE {self._name} WITH (FORCE);")

    def rows(self) -> Rows:
        tables = psql(
            self.url, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public';"
        )
        found: Rows = {name: [] for name in tables.split() if name not in FLEETING_TABLES}
        fleeting = "".join(f" - '{column}'" for column in FLEETING_COLUMNS)
        selects = [f"SELECT '{name}', to_jsonb(t){fleeting} FROM \"{name}\" t" for name in found]
        for line in psql(self.url, " UNION ALL ".join(selects) + " ORDER BY 1, 2;").splitlines():
            name, _, row = line.partition("|")
            found[name].append((row,))
        return found


def psql(url: str, statement: str) -> str:
    """Runs one statement and gives what it prints."""
    done = subprocess.run(
        ["psql", url, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"],
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
