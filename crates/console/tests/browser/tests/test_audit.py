"""The audit log on both stores: filters, pages, and what it says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from support.site import ADMIN, PASSWORD, WRONG_PASSWORD, Site, serving
from support.stores import STORES
from support.visitor import Answer

JANE, JOE = "jane@example.com", "joe@example.com"
CROWD = 150


@pytest.fixture(scope="module", params=STORES)
def busy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(request.param, tmp_path_factory.mktemp("audit")) as site:
        site.import_users((f"p{number:03}@x.example", "viewer") for number in range(CROWD))
        site.add(JANE, "editor")
        site.add(JOE, "viewer")
        site.visitor().post("/login", {"email": JANE, "password": WRONG_PASSWORD})
        site.visitor(JANE).post("/logout")
        site.change_role(JOE, "operator")
        site.api("DELETE", f"users/{JOE}")
        yield site


def entries(answer: Answer) -> list[str]:
    """The rows of the table, as text."""
    assert answer.status == 200, answer.words()[:200]
    return [" ".join(row.get_text(" ").split()) for row in answer.page.select("table tbody tr")]


def all_entries(site: Site, query: str) -> list[str]:
    """Those of all pages, walking by the links to what came before."""
    found: list[str] = []
    path = f"/audit?{query}"
    for _ in range(50):
        answer = site.admin.get(path)
        found += entries(answer)
        following = answer.page.select("a[rel=next]")
        if not following:
            return found
        path = str(following[0]["href"])
        kept = parse_qs(urlsplit(path).query)
        assert all(kept.get(name) == value for name, value in parse_qs(query).items()), "filters go along"
    raise AssertionError("there is no end")


def test_all_that_was_done_is_there(busy: Site) -> None:
    found = all_entries(busy, "")
    assert len(found) == len(busy.rows()["audit"])
    assert len(entries(busy.admin.get("/audit"))) < len(found), "there is more than one page"


def test_the_entries_of_a_person(busy: Site) -> None:
    found = all_entries(busy, f"person={JOE}")
    assert len(found) == 4, found  # added, given a password, changed, deleted
    assert all(JOE in entry for entry in found)
    assert any("viewer" in entry and "operator" in entry for entry in found), "before and after"
    assert all_entries(busy, "person=JOE@Example.com") == found


def test_what_a_person_did_is_theirs_as_well(busy: Site) -> None:
    assert len(all_entries(busy, f"person={ADMIN}")) >= 5


@pytest.mark.parametrize(
    ("action", "count"), (("user_deleted", 1), ("sign_in_failed", 1), ("admin_recovered", 0))
)
def test_the_entries_of_an_action(busy: Site, action: str, count: int) -> None:
    assert len(all_entries(busy, f"action={action}")) == count


def test_the_actions_can_be_chosen(busy: Site) -> None:
    answer = busy.admin.get("/audit?action=user_deleted")
    offered = {option["value"] for option in answer.page.select("#action option")}
    assert {
        "user_created",
        "user_updated",
        "user_deleted",
        "signed_in",
        "sign_in_failed",
        "licence_installed",
    } <= offered
    assert answer.attribute("#action option[selected]", "value") == "user_deleted"


def test_days_are_whole_and_of_utc(busy: Site) -> None:
    """`until` is the last day that counts."""
    today = datetime.now(UTC).date()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    everything = all_entries(busy, "")
    assert all_entries(busy, f"since={yesterday}&until={tomorrow}") == everything
    assert all_entries(busy, f"since={today - timedelta(days=1)}") == everything
    assert len(all_entries(busy, f"since={today}&until={tomorrow}")) == len(everything)
    assert all_entries(busy, f"since={tomorrow + timedelta(days=1)}") == []
    assert all_entries(busy, f"until={yesterday - timedelta(days=1)}") == []
    assert all_entries(busy, f"until={tomorrow}") == everything


@pytest.mark.parametrize(
    "query", ("since=x", "until=2026-02-30", "since=2026-1-1", "until=99999-01-01", "since=-0001-01-01")
)
def test_what_is_no_day_is_said_beside_the_field(busy: Site, query: str) -> None:
    answer = busy.admin.get(f"/audit?{query}")
    assert answer.status == 400, answer.words()[:200]
    name, _, value = query.partition("=")
    assert answer.one(f"#{name}-error")
    assert answer.attribute(f"#{name}", "value") in ("", value)


def test_nonsense_is_not_a_failure_of_the_server(busy: Site) -> None:
    for query in (
        "action=nothing",
        "before=x",
        "before=%00",
        "person=%00",
        "person=%ff",
        "before=" + "A" * 3000,
    ):
        assert busy.admin.get(f"/audit?{query}").status in (200, 400), query


def test_no_secret_is_in_it(busy: Site) -> None:
    text = "\n".join(all_entries(busy, ""))
    for secret in (PASSWORD, WRONG_PASSWORD, "argon2", "dqu_session_", "dqu_key_"):
        assert secret not in text
