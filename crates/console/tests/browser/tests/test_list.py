"""The list of users on both stores: filters, orders, pages."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from support.site import ADMIN, Site, serving
from support.stores import STORES
from support.visitor import Answer

ROLES = ("editor", "operator", "viewer", "none")
CROWD = 230


@pytest.fixture(scope="module", params=STORES)
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(request.param, tmp_path_factory.mktemp("list")) as site:
        site.import_users((f"p{number:03}@x.example", ROLES[number % 4]) for number in range(CROWD))
        site.add("a_b%wild@x.example".replace("%", "-"), "viewer", None)
        site.add("ab-wild@x.example", "viewer", None)
        yield site


def emails(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.words()[:200]
    return [str(row["data-email"]) for row in answer.page.select("#users tr[data-email]")]


def all_pages(site: Site, query: str) -> list[str]:
    """The emails of all pages, walking by the links to the next."""
    found: list[str] = []
    path = f"/users?{query}"
    for _ in range(50):
        answer = site.admin.get(path)
        found += emails(answer)
        following = answer.page.select("a[rel=next]")
        if not following:
            return found
        path = str(following[0]["href"])
        assert path.startswith("/users?"), path
        given, kept = parse_qs(query), parse_qs(urlsplit(path).query)
        assert {name: kept.get(name) for name in given} == given, "filters and order go along"
    raise AssertionError("there is no end")


def test_everyone_is_on_exactly_one_page(full: Site) -> None:
    everyone = sorted(full.roles())
    assert len(everyone) == CROWD + 3
    assert all_pages(full, "") == everyone
    assert all_pages(full, "sort=email") == everyone
    assert all_pages(full, "sort=-email") == everyone[::-1]


def test_by_the_time_of_adding(full: Site) -> None:
    newest = all_pages(full, "sort=-added")
    assert newest[0] == "ab-wild@x.example"
    assert newest[-1] == ADMIN
    assert all_pages(full, "sort=added") == newest[::-1]
    assert sorted(newest) == sorted(full.roles())


def test_by_role(full: Site) -> None:
    roles = full.roles()
    found = all_pages(full, "sort=role")
    assert sorted(found) == sorted(roles)
    met = [roles[email] for email in found]
    blocks = [role for at, role in enumerate(met) if at == 0 or met[at - 1] != role]
    assert len(blocks) == len(set(met)), f"each role in one block, not {blocks}"


@pytest.mark.parametrize("role", (*ROLES, "admin"))
def test_of_a_role(full: Site, role: str) -> None:
    wanted = sorted(email for email, given in full.roles().items() if given == role)
    assert all_pages(full, f"role={role}") == wanted
    assert all_pages(full, f"role={role}&sort=-email") == wanted[::-1]
    assert all_pages(full, f"role={role}&search=p1") == [email for email in wanted if "p1" in email]


@pytest.mark.parametrize(
    "text",
    ("p1", "P1", "X.EXAMPLE", "@x", " p15 ", "p15", "zzz", "_", "%25", "a_b", "*", "'", "admin@example.com"),
)
def test_a_search_is_for_a_part_of_the_email(full: Site, text: str) -> None:
    """As it stands: what databases take for patterns is none."""
    plain = text.replace("%25", "%").strip().lower()
    wanted = sorted(email for email in full.roles() if plain in email)
    assert all_pages(full, f"search={text.replace(' ', '+')}") == wanted


def test_nonsense_is_not_a_failure_of_the_server(full: Site) -> None:
    for query in (
        "role=king",
        "sort=password",
        "after=x",
        "after=%00",
        "search=%00",
        "search=%ff",
        "search=" + "a" * 3000,
        "after=" + "A" * 3000,
    ):
        assert full.admin.get(f"/users?{query}").status in (200, 400), query


def test_a_page_stays_right_when_people_come_and_go(full: Site) -> None:
    """The cursor names a place, not a number."""
    first = full.admin.get("/users?search=p")
    shown = emails(first)
    following = first.page.select("a[rel=next]")
    assert following, "this many do not fit on one page"
    full.api("DELETE", f"users/{shown[0]}")
    full.add("p000-new@x.example", "viewer", None)
    second = emails(full.admin.get(str(following[0]["href"])))
    assert not set(shown) & set(second)
    assert second[0] == sorted(email for email in full.roles() if "p" in email and email > shown[-1])[0]
