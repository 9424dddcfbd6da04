"""Who may do what: every cell of the matrix, and that no route of the contract is missing from it."""

from collections.abc import Iterator

import pytest

from support.licences import licence
from support.matrix import CALLERS, LOGIN, MATRIX
from support.routes import ROUTES
from support.site import Site, serving
from support.world import World

CELLS = [(*key, caller) for key in MATRIX for caller in CALLERS]


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving("sqlite", tmp_path_factory.mktemp("matrix")) as site:
        yield site


def test_no_route_is_missing_from_the_matrix_and_none_is_made_up() -> None:
    assert {(method, path) for method, path, _ in MATRIX} == set(ROUTES)
    for method, path, whose in MATRIX:
        named = "{email}" in path or "{id}" in path
        assert (whose in ("own", "other")) == named, (method, path)
        if named:
            assert {(method, path, "own"), (method, path, "other")} <= MATRIX.keys()


@pytest.mark.parametrize(("method", "route", "whose", "caller"), CELLS)
def test_every_cell_holds(land: Site, method: str, route: str, whose: str, caller: str) -> None:
    world = World(land, None if caller == "anonymous" else caller)
    wanted = MATRIX[method, route, whose][CALLERS.index(caller)]
    if isinstance(wanted, str):
        wanted = wanted.replace("{email}", world.named(route, whose))
    path, fields = world.path(route, whose), world.fields(method, route, whose)
    before = land.rows()
    answer = world.caller.get(path) if method == "GET" else world.caller.post(path, fields)
    after = land.rows()
    if (route, caller) == ("/licence/remove", "admin"):
        land.cli("licence", "install", licence())
    assert answer.outcome == wanted, f"{answer.outcome}, not {wanted}: {answer.words()[:300]}"
    sent_to_sign_in = caller == "anonymous" and wanted == LOGIN and not route.startswith("/password/")
    changes_nothing = method == "GET" or answer.status >= 400 or sent_to_sign_in
    assert (after == before) == changes_nothing
    if answer.status == 403:
        assert world.other.key not in answer.text
        assert world.other.session not in answer.text
