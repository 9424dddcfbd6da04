"""What the tests need from outside. Standard library only: `run` reads this before anything is installed."""

import os
import shutil

BINARY = "DQOPS_USERS_BINARY"
POSTGRES_URL = "TEST_POSTGRES_URL"
TOOLS = ("bash", "curl", "psql")


def missing() -> str | None:
    """One line on what is missing, or nothing."""
    binary = os.environ.get(BINARY, "")
    if not binary:
        return f"{BINARY} is not set: the path of the dqops-users binary to test"
    if not os.access(binary, os.X_OK) or os.path.isdir(binary):
        return f"{BINARY} does not name an executable file: {binary}"
    if not os.environ.get(POSTGRES_URL):
        return f"{POSTGRES_URL} is not set: a Postgres server on which databases may be created"
    for tool in TOOLS:
        if shutil.which(tool) is None:
            return f"the command {tool} is not there: the tests need {', '.join(TOOLS)}"
    return None


def binary() -> str:
    """The binary to test, whatever the working directory."""
    return os.path.abspath(os.environ[BINARY])


def postgres_url() -> str:
    """The Postgres server to test on."""
    return os.environ[POSTGRES_URL]
