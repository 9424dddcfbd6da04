"""Browsers, which are shared and emptied before every test, and servers, which are cheap."""

import contextlib
import os
from collections.abc import Callable, Generator, Iterator

import pytest

from support import screenshots, settings
from support.browser import Browser
from support.person import Person
from support.site import Site, serving
from support.sites import Sites
from support.stores import STORES
from support.town import populate

# Traffic stays on this machine, whatever proxy the package index is behind.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

Browsers = Callable[[str, bool], Browser]


def pytest_configure() -> None:
    """Nothing is skipped: what is missing ends the run."""
    if reason := settings.missing():
        pytest.exit(reason, returncode=2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that was skipped has failed; of one that failed, the report says what was to be seen."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
    if report.failed:
        used = [one for one in getattr(item, "funcargs", {}).values() if isinstance(one, Person)]
        for person in used:
            with contextlib.suppress(Exception):
                report.sections.append(("the browser", screenshots.describe(person, item.nodeid)))
    return report


@pytest.fixture(scope="session")
def browsers() -> Iterator[Browsers]:
    """Browsers by name, started when they are first asked for."""
    started: dict[str, Browser] = {}

    def get(name: str, javascript: bool) -> Browser:
        if name not in started:
            started[name] = Browser(javascript=javascript)
        started[name].empty()
        return started[name]

    yield get
    for browser in started.values():
        browser.quit()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    """Tests that ask for it run on both stores."""
    return str(request.param)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A directory with many people in it, for tests that bring users of their own."""
    with serving("sqlite", tmp_path_factory.mktemp("site")) as site:
        populate(site)
        yield site


@pytest.fixture
def new_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Makes servers of which the test may do what it likes."""
    with contextlib.ExitStack() as stack:
        yield Sites(stack, lambda: tmp_path_factory.mktemp("new"))


@pytest.fixture
def person(browsers: Browsers, site: Site) -> Person:
    """Somebody at a browser."""
    return Person(browsers("first", True), site)


@pytest.fixture
def other_person(browsers: Browsers, site: Site) -> Person:
    """Somebody else, at a browser of their own."""
    return Person(browsers("second", True), site)


@pytest.fixture
def plain_person(browsers: Browsers, site: Site) -> Person:
    """Somebody at a browser without JavaScript."""
    return Person(browsers("plain", False), site)
