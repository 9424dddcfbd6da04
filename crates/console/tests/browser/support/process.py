"""The binary under test, as a process."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from support import settings

PATIENCE = 60


class Process:
    """A running `dqops-users serve`, its output kept in files."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        self._out, self._err = folder / "stdout", folder / "stderr"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                [settings.binary(), "serve", "--log", "json", "--listen", "127.0.0.1:0", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=folder,
                env=environment(),
            )

    def port(self) -> int:
        """Waits until the server listens and gives where."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ended = self._process.poll()
            for line in self._log():
                if line.get("message") == "listening":
                    return int(line["address"].rpartition(":")[2])
            assert ended is None, f"the server ended with {ended}:\n{self.log()}"
            time.sleep(0.01)
        raise AssertionError(f"no `listening` in {PATIENCE} s:\n{self.log()}")

    def setup_code(self) -> str:
        """The one-time set-up code of the banner."""
        found = re.search(r"dqu_setup_\w+", self._out.read_text())
        assert found, "no set-up code on standard output"
        return found[0]

    def banner(self) -> str:
        """What it printed."""
        return self._out.read_text()

    def log(self) -> str:
        """What it logged."""
        return self._err.read_text()

    def stop(self) -> None:
        """Asks it to end and checks that it did so in good order."""
        ended = self._process.poll()
        assert ended is None, f"the server was gone, with {ended}:\n{self.log()}"
        self._process.terminate()
        assert self._process.wait(PATIENCE) == 0, self.log()
        errors = [line for line in self._log() if line["level"] == "ERROR"]
        assert not errors, errors
        assert "panicked" not in self.log()

    def kill(self) -> None:
        """Leaves nothing behind, however the test went."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE)

    def _log(self) -> Iterator[dict[str, str]]:
        for line in self.log().splitlines(keepends=True):
            if line.startswith("{") and line.endswith("}\n"):
                yield json.loads(line)


def environment() -> dict[str, str]:
    """The environment without settings of some other installation."""
    return {key: value for key, value in os.environ.items() if not key.startswith("DQOPS_USERS_")}
