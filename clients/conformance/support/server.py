"""The binary under test, as a process."""

import contextlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from support import settings
from support.directory import Directory
from support.stores import fresh_database

OWNER = "owner@example.com"
START_SECONDS = 60
STOP_SECONDS = 60


class Process:
    """A running `dqops-users serve`, its output kept in files."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        self._out, self._err = folder / "stdout", folder / "stderr"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                [settings.binary(), "serve", "--log", "json", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=folder,
                env=environment(),
            )

    def address(self) -> str:
        """Waits until the server listens and gives where."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            ended = self._process.poll()
            for line in self._log():
                if line.get("message") == "listening":
                    return str(line["address"])
            assert ended is None, f"the server ended with {ended}:\n{self._err.read_text()}"
            time.sleep(0.01)
        raise AssertionError(f"no `listening` in {START_SECONDS} s:\n{self._err.read_text()}")

    def setup_code(self) -> str | None:
        """The one-time set-up code, if one was printed."""
        found = re.search(r'"code":"([^"]+)"', self._out.read_text())
        return found and found[1]

    def stop(self) -> None:
        """Asks it to end and checks that it did so in good order."""
        ended = self._process.poll()
        assert ended is None, f"the server was gone, with {ended}:\n{self._err.read_text()}"
        self._process.terminate()
        assert self._process.wait(STOP_SECONDS) == 0, self._err.read_text()
        log = list(self._log())
        assert log[-1]["message"] == "stopped", log[-1]
        assert not [line for line in log if line["level"] == "ERROR"], self._err.read_text()
        assert "panicked" not in self._err.read_text()

    def kill(self) -> None:
        """Leaves nothing behind, however the test went."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def _log(self) -> Iterator[dict[str, str]]:
        for line in self._err.read_text().splitlines(keepends=True):
            if line.startswith("{") and line.endswith("}\n"):
                yield json.loads(line)


def environment() -> dict[str, str]:
    """The environment without settings of some other installation."""
    return {key: value for key, value in os.environ.items() if not key.startswith("DQOPS_USERS_")}


@contextlib.contextmanager
def serving(store: str, mode: str, folder: Path, port: int = 0, owner: bool = True) -> Iterator[Directory]:
    """A server on a fresh database, with an owner unless told otherwise; port 0 is any free one."""
    with fresh_database(store, folder) as database:
        arguments = ["--database-url", database.url, "--listen", f"127.0.0.1:{port}"]
        arguments += ["--authentication", mode]
        if owner and mode == "none":
            arguments += ["--owner-email", OWNER]
        process = Process(folder, arguments)
        try:
            base_url = f"http://{process.address()}/"
            api_key = set_up(base_url, process.setup_code()) if mode == "required" else None
            with Directory(base_url, database, OWNER, api_key) as directory:
                yield directory
            process.stop()
        finally:
            process.kill()


def set_up(base_url: str, code: str | None) -> str:
    """Makes the first admin and gives its API key."""
    assert code is not None, "no set-up code on standard output"
    body = {"code": code, "email": OWNER}
    answer = httpx.post(f"{base_url}api/setup", json=body, timeout=30)
    assert answer.status_code == 201, answer.text
    assert answer.json()["email"] == OWNER
    return str(answer.json()["apiKey"])
