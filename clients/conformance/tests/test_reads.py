"""List and get, in every form that the client has."""

import pytest

from support.directory import Directory, problem
from support.generated import DETAILED, FORMS, Generated, UserRole, user

USERS = {"jane+dq@example.com": "operator", "zoe@example.com": "viewer"}


@pytest.mark.parametrize("form", FORMS)
def test_list(directory: Directory, form: str) -> None:
    directory.reset(USERS)
    listed = Generated(directory).parsed("get_all_users", form, 200)
    everyone = dict(sorted({directory.owner: "admin", **USERS}.items()))
    assert listed == [user(email, role) for email, role in everyone.items()]
    assert [one.email for one in listed] == list(directory.roles()), "in the order of the wire"
    assert all(one.additional_properties == {} for one in listed)


@pytest.mark.parametrize("form", FORMS)
def test_get(directory: Directory, form: str) -> None:
    directory.reset(USERS)
    for email, role in USERS.items():
        got = Generated(directory).parsed("get_user", form, 200, email)
        assert got == user(email, role)
        assert directory.role(email) == role


@pytest.mark.parametrize("form", FORMS)
def test_get_of_an_unknown_user_gives_nothing(directory: Directory, form: str) -> None:
    assert Generated(directory).parsed("get_user", form, 404, "nobody@example.com") is None


@pytest.mark.parametrize("role", list(UserRole), ids=str)
def test_every_role_is_understood(directory: Directory, role: object) -> None:
    directory.reset({"jane@example.com": str(role)})
    got = Generated(directory).parsed("get_user", "sync", 200, "jane@example.com")
    assert got.account_role is role


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("api_key", [None, "s4mp13_4u7h_70k3n"], ids=["none", "wrong"])
def test_no_entry_without_a_valid_key(guarded: Directory, form: str, api_key: str | None) -> None:
    result = Generated(guarded).with_key(api_key).call("get_all_users", form)
    if form in DETAILED:
        assert result.status_code == 401
        assert result.headers["www-authenticate"].startswith("Bearer")
        result = result.parsed
    assert result is None


def test_a_wrong_key_is_refused_where_none_is_needed(open_server: Directory) -> None:
    result = Generated(open_server).with_key("s4mp13_4u7h_70k3n").call("get_all_users", "sync_detailed")
    assert result.status_code == 401
    answer = open_server.http.get("api/users", headers={"Authorization": "Bearer s4mp13_4u7h_70k3n"})
    assert (answer.status_code, problem(answer)["code"]) == (401, "invalid_credential")
