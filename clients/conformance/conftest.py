"""Servers for the tests: one per store and mode, emptied before every test."""

import os
import socket
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from support import settings
from support.directory import Directory
from support.documentation import PORT
from support.server import serving
from support.stores import STORES

# Traffic stays on this machine, whatever proxy the package index is behind.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"


def pytest_configure() -> None:
    """Nothing is skipped: what is missing ends the run."""
    if reason := settings.missing():
        pytest.exit(reason, returncode=2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that was skipped has failed."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session", params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    """Every test runs on both stores."""
    return str(request.param)


@pytest.fixture(scope="session")
def guarded_server(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """`--authentication required`, set up with the set-up code."""
    with serving(store, "required", tmp_path_factory.mktemp("required")) as directory:
        yield directory


@pytest.fixture(scope="session")
def open_server(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """`--authentication none`, with an owner."""
    with serving(store, "none", tmp_path_factory.mktemp("none")) as directory:
        yield directory


@pytest.fixture
def guarded(guarded_server: Directory) -> Directory:
    """A directory that asks for credentials, with nobody but its owner."""
    guarded_server.reset()
    return guarded_server


@pytest.fixture(params=("required", "none"))
def directory(request: pytest.FixtureRequest, guarded_server: Directory, open_server: Directory) -> Directory:
    """A directory in each mode, with nobody but its owner."""
    served = {"required": guarded_server, "none": open_server}[request.param]
    served.reset()
    return served


@pytest.fixture
def ownerless(store: str, tmp_path: Path) -> Iterator[Directory]:
    """`--authentication none` on an empty directory."""
    with serving(store, "none", tmp_path, owner=False) as directory:
        yield directory


@pytest.fixture(scope="module")
def documented(
    request: pytest.FixtureRequest, store: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Directory]:
    """A directory at the address that the documentation names, in the mode of the parameter."""
    for address in (("127.0.0.1", PORT), ("::1", PORT)):
        if is_taken(address):
            pytest.fail(
                f"port {PORT} of {address[0]} is taken: the documentation's examples name it, free it",
                pytrace=False,
            )
    with serving(store, request.param, tmp_path_factory.mktemp("documented"), PORT) as directory:
        yield directory


def is_taken(address: tuple[str, int]) -> bool:
    """Whether somebody answers there."""
    try:
        with socket.create_connection(address, timeout=5):
            return True
    except OSError:
        return False
