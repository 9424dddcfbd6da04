"""Every page: accessible in both themes, as wide as the screen, quiet, and all our own."""

import contextlib
from collections.abc import Iterator

import pytest

from conftest import Browsers
from support.inspection import Findings, inspect
from support.pages import PAGES, Page, Tour
from support.person import Person
from support.site import Site
from support.sites import Sites


@pytest.fixture(scope="module", params=PAGES, ids=[page.name for page in PAGES])
def findings(
    request: pytest.FixtureRequest,
    browsers: Browsers,
    site: Site,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Findings]:
    """What is wrong with a page, which is visited once for all tests."""
    page: Page = request.param
    browser = browsers("first", True)
    with contextlib.ExitStack() as stack:
        sites = Sites(stack, lambda: tmp_path_factory.mktemp("new"))
        person = page.visit(Tour(lambda on: Person(browser, on), site, sites))
        yield inspect(page, person)


def assert_none(findings: Findings, *names: str) -> None:
    """Nothing is wrong in these respects."""
    wrong = [line for name in names for line in findings.wrong[name]]
    assert not wrong, f"{findings.path}:\n" + "\n".join(wrong)


def test_has_its_status(findings: Findings) -> None:
    assert_none(findings, "status")


def test_has_the_structure_that_all_pages_have(findings: Findings) -> None:
    assert_none(findings, "structure")


def test_leads_to_known_routes(findings: Findings) -> None:
    assert_none(findings, "leads")


def test_is_accessible_in_light(findings: Findings) -> None:
    assert_none(findings, "axe light")


def test_is_accessible_in_dark(findings: Findings) -> None:
    assert_none(findings, "axe dark")


def test_is_never_wider_than_the_screen(findings: Findings) -> None:
    assert_none(findings, "width")


def test_asks_no_other_origin(findings: Findings) -> None:
    assert_none(findings, "origins")


def test_logs_nothing(findings: Findings) -> None:
    assert_none(findings, "console")
