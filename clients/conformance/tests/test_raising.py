"""Clients with `raise_on_unexpected_status=True`: at ease with reads, mistaken about most writes."""

import pytest

from support.directory import Directory
from support.generated import DETAILED, FORMS, VERSION, Generated, UnexpectedStatus, user

JANE = "jane@example.com"


@pytest.mark.parametrize("form", FORMS)
def test_reads_do_not_raise(directory: Directory, form: str) -> None:
    directory.reset({JANE: "operator"})
    api = Generated(directory, raising=True)
    listed = [user(JANE, "operator"), user(directory.owner, "admin")]
    assert api.parsed("get_all_users", form, 200) == listed
    assert api.parsed("get_user", form, 200, JANE) == user(JANE, "operator")


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_user_raises(directory: Directory, form: str) -> None:
    with pytest.raises(UnexpectedStatus) as raised:
        Generated(directory, raising=True).call("get_user", form, "nobody@example.com")
    assert raised.value.status_code == 404
    assert b"user_not_found" in raised.value.content


@pytest.mark.parametrize("form", FORMS)
def test_a_missing_key_raises(guarded: Directory, form: str) -> None:
    api = Generated(guarded, raising=True).with_key(None)
    for operation, arguments in (("get_all_users", []), ("get_user", [guarded.owner])):
        with pytest.raises(UnexpectedStatus) as raised:
            api.call(operation, form, *arguments)
        assert raised.value.status_code == 401


@pytest.mark.parametrize("form", DETAILED)
def test_writes_take_effect_though_the_client_did_not_expect_the_status(
    directory: Directory, form: str
) -> None:
    api = Generated(directory, raising=True)

    def raises(status: int, operation: str, *arguments: str, **keywords: object) -> None:
        with pytest.raises(UnexpectedStatus) as raised:
            api.call(operation, form, *arguments, **keywords)
        assert (raised.value.status_code, raised.value.content) == (status, b"")

    if VERSION == "0.4.1":
        raises(201, "create_user", json_body=user(JANE, "viewer"))
    else:
        assert api.parsed("create_user", form, 201, json_body=user(JANE, "viewer")) is None
    assert directory.holds({JANE: "viewer"})
    raises(204, "update_user", JANE, json_body=user(JANE, "editor"))
    assert directory.holds({JANE: "editor"})
    raises(204, "delete_user", JANE)
    assert directory.holds({})
