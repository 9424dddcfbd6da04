"""Create, update and delete, in every form that the client has; what came of it is read over plain HTTP."""

import json

import pytest

from support.directory import Directory
from support.generated import DETAILED, FORMS_OF_WRITES, Generated, UserRole, user

JANE = "jane@example.com"


@pytest.mark.parametrize("form", FORMS_OF_WRITES)
def test_create(directory: Directory, form: str) -> None:
    result = Generated(directory).call("create_user", form, json_body=user(JANE, "operator"))
    if form in DETAILED:
        assert (result.status_code, result.content) == (201, b"")
        location = directory.http.get(result.headers["location"])
        assert location.json() == {"email": JANE, "accountRole": "operator"}
        result = result.parsed
    assert result is None, "0.4.1 expects 200 with an object, 1.13.1 nothing"
    assert directory.holds({JANE: "operator"})


@pytest.mark.parametrize("form", FORMS_OF_WRITES)
def test_update(directory: Directory, form: str) -> None:
    directory.reset({JANE: "viewer"})
    result = Generated(directory).call("update_user", form, JANE, json_body=user(JANE, "editor"))
    if form in DETAILED:
        assert (result.status_code, result.content) == (204, b"")
        result = result.parsed
    assert result is None
    assert directory.holds({JANE: "editor"})


@pytest.mark.parametrize("form", FORMS_OF_WRITES)
def test_delete(directory: Directory, form: str) -> None:
    directory.reset({JANE: "viewer", "zoe@example.com": "viewer"})
    result = Generated(directory).call("delete_user", form, JANE)
    if form in DETAILED:
        assert (result.status_code, result.content) == (204, b"")
        result = result.parsed
    assert result is None
    assert directory.role(JANE) is None
    assert directory.holds({"zoe@example.com": "viewer"})


@pytest.mark.parametrize("form", DETAILED)
def test_a_user_goes_through_every_role_and_back(directory: Directory, form: str) -> None:
    api = Generated(directory)
    created = user("jane+dq@example.com", "none")
    assert api.parsed("create_user", form, 201, json_body=created) is None
    for role in UserRole:
        got = api.parsed("get_user", form, 200, created.email)
        got.account_role = role
        assert api.parsed("update_user", form, 204, created.email, json_body=got) is None
        assert directory.holds({created.email: role.value})
    assert api.parsed("delete_user", form, 204, created.email) is None
    assert directory.holds({})


@pytest.mark.parametrize("form", DETAILED)
def test_refusals(directory: Directory, form: str) -> None:
    directory.reset({JANE: "viewer"})
    api = Generated(directory)
    owner, nobody = directory.owner, "nobody@example.com"

    def refused(status: int, code: str, operation: str, *arguments: str, **keywords: object) -> None:
        result = api.call(operation, form, *arguments, **keywords)
        assert (result.status_code, result.parsed) == (status, None), result.content
        assert result.headers["content-type"] == "application/problem+json"
        assert json.loads(result.content)["code"] == code

    refused(409, "user_exists", "create_user", json_body=user(JANE, "admin"))
    refused(404, "user_not_found", "update_user", nobody, json_body=user(nobody, "admin"))
    refused(404, "user_not_found", "delete_user", nobody)
    refused(406, "email_immutable", "update_user", JANE, json_body=user(nobody, "admin"))
    refused(409, "last_admin", "update_user", owner, json_body=user(owner, "viewer"))
    refused(409, "last_admin", "delete_user", owner)
    assert directory.holds({JANE: "viewer"})


@pytest.mark.parametrize("form", DETAILED)
def test_a_viewer_may_only_look(guarded: Directory, form: str) -> None:
    guarded.reset({JANE: "viewer"})
    api = Generated(guarded).with_key(guarded.key_of(JANE))
    assert api.parsed("get_all_users", form, 200) == [user(JANE, "viewer"), user(guarded.owner, "admin")]
    assert api.parsed("create_user", form, 403, json_body=user("new@example.com", "admin")) is None
    assert api.parsed("update_user", form, 403, JANE, json_body=user(JANE, "admin")) is None
    assert api.parsed("delete_user", form, 403, JANE) is None
    assert guarded.holds({JANE: "viewer"})


@pytest.mark.parametrize("form", FORMS_OF_WRITES)
def test_nothing_is_written_without_a_key(guarded: Directory, form: str) -> None:
    guarded.reset({JANE: "viewer"})
    api = Generated(guarded).with_key(None)
    assert api.parsed("create_user", form, 401, json_body=user("new@example.com", "admin")) is None
    assert api.parsed("update_user", form, 401, JANE, json_body=user(JANE, "admin")) is None
    assert api.parsed("delete_user", form, 401, JANE) is None
    assert guarded.holds({JANE: "viewer"})
