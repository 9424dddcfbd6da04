"""What the tests need from outside. Standard library only: `run` reads this before anything is installed."""

import os
import shutil
from pathlib import Path

BINARY = "DQOPS_USERS_BINARY"
POSTGRES_URL = "TEST_POSTGRES_URL"
VENDOR_KEY_FILE = "TEST_VENDOR_KEY_FILE"
SCREENSHOTS = "BROWSER_SCREENSHOTS"

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVERS = ("chromedriver", "chromium.chromedriver")


def missing() -> str | None:
    """One line on what is missing, or nothing."""
    binary = os.environ.get(BINARY, "")
    if not binary:
        return f"{BINARY} is not set: the path of the dqops-users binary to test"
    if not os.access(binary, os.X_OK) or os.path.isdir(binary):
        return f"{BINARY} does not name an executable file: {binary}"
    if not os.environ.get(POSTGRES_URL):
        return f"{POSTGRES_URL} is not set: a Postgres server on which databases may be created"
    key = os.environ.get(VENDOR_KEY_FILE, "")
    if not os.path.isfile(key):
        return f"{VENDOR_KEY_FILE} does not name a file: the private half of the key that the binary pins"
    for programs, package in (
        (("psql",), "postgresql-client"),
        (BROWSERS, "chromium"),
        (DRIVERS, "chromium-driver"),
    ):
        if found(programs) is None:
            return f"none of {', '.join(programs)} is on the path (Debian: the package {package})"
    return None


def found(programs: tuple[str, ...]) -> str | None:
    """The first of these programs that is on the path."""
    return next((path for path in map(shutil.which, programs) if path), None)


def binary() -> str:
    """The binary to test, whatever the working directory."""
    return os.path.abspath(os.environ[BINARY])


def postgres_url() -> str:
    """The Postgres server to test on."""
    return os.environ[POSTGRES_URL]


def vendor_key() -> str:
    """The private half of the key that the binary pins, in base64."""
    return Path(os.environ[VENDOR_KEY_FILE]).read_text(encoding="ascii").strip()


def screenshots() -> Path | None:
    """The folder for screenshots, if any are wanted."""
    folder = os.environ.get(SCREENSHOTS)
    return Path(folder).absolute() if folder else None
