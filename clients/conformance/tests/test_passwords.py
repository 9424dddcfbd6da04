"""The password operations: over plain HTTP as documented, and what the generated clients make of them."""

import json
import re

import httpx
import pytest

from support.directory import Directory, bearer, problem
from support.generated import DETAILED, FORMS_OF_WRITES, Generated

JANE = "jane@example.com"
PASSWORD = "correct horse battery staple ż"
JSON, TEXT = "application/json", "text/plain"


def put(
    directory: Directory, path: str, password: str, kind: str, api_key: str | None = None
) -> httpx.Response:
    """Sends a password as a JSON string or as it is."""
    text = json.dumps(password, ensure_ascii=False) if kind == JSON else password
    headers = {"Content-Type": kind, **bearer(api_key)}
    return directory.http.put(path, content=text.encode(), headers=headers)


def path_of(operation: str, email: str) -> str:
    """Where a password of one's own is changed, and where anybody's."""
    return "api/mypassword" if operation == "change_caller_password" else f"api/users/{email}/password"


both_kinds = pytest.mark.parametrize("kind", [JSON, TEXT, f"{TEXT};charset=UTF-8"])
both_operations = pytest.mark.parametrize("operation", ["change_caller_password", "change_user_password"])


@both_kinds
@both_operations
def test_the_owner_changes_its_own(directory: Directory, operation: str, kind: str) -> None:
    before = directory.password_hash(directory.owner)
    answer = put(directory, path_of(operation, directory.owner), PASSWORD, kind)
    assert (answer.status_code, answer.content) == (204, b""), answer.text
    after = directory.password_hash(directory.owner)
    assert str(after).startswith("$argon2id$")
    assert after != before


@both_kinds
def test_the_owner_changes_that_of_another(directory: Directory, kind: str) -> None:
    directory.reset({JANE: "viewer"})
    owners = directory.password_hash(directory.owner)
    assert put(directory, f"api/users/{JANE}/password", PASSWORD, kind).status_code == 204
    assert directory.password_hash(JANE) is not None
    assert directory.password_hash(directory.owner) == owners


@both_kinds
@both_operations
def test_a_viewer_changes_its_own(guarded: Directory, operation: str, kind: str) -> None:
    guarded.reset({JANE: "viewer"})
    key = guarded.key_of(JANE)
    assert put(guarded, path_of(operation, JANE), PASSWORD, kind, key).status_code == 204
    assert guarded.password_hash(JANE) is not None


def test_a_viewer_changes_no_others(guarded: Directory) -> None:
    guarded.reset({JANE: "viewer", "zoe@example.com": "viewer"})
    answer = put(guarded, "api/users/zoe@example.com/password", PASSWORD, JSON, guarded.key_of(JANE))
    assert (answer.status_code, problem(answer)["code"]) == (403, "permission_denied")
    assert guarded.password_hash("zoe@example.com") is None


@both_operations
def test_quotes_belong_to_json_and_to_the_text(directory: Directory, operation: str) -> None:
    path = path_of(operation, directory.owner)
    assert put(directory, path, '"ten-chars!"', TEXT).status_code == 204, "12 with its quotes"
    answer = put(directory, path, "ten-chars!", JSON)
    assert (answer.status_code, problem(answer)["code"]) == (400, "password_rejected")
    assert "12" in str(problem(answer)["detail"])


@both_operations
@pytest.mark.parametrize(("kind", "text"), [(JSON, '""'), (JSON, ""), (TEXT, ""), (None, "")])
def test_an_empty_password(directory: Directory, operation: str, kind: str | None, text: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = directory.http.put(path_of(operation, directory.owner), content=text, headers=headers)
    assert (answer.status_code, problem(answer)["code"]) == (406, "missing_field")


def test_an_unknown_user(directory: Directory) -> None:
    answer = put(directory, "api/users/nobody@example.com/password", PASSWORD, JSON)
    assert (answer.status_code, problem(answer)["code"]) == (404, "user_not_found")


@both_kinds
def test_nobody_is_the_caller_while_there_is_no_owner(ownerless: Directory, kind: str) -> None:
    answer = put(ownerless, "api/mypassword", PASSWORD, kind)
    assert answer.status_code == 409, answer.text
    assert problem(answer)["code"]


@both_operations
@pytest.mark.parametrize("form", FORMS_OF_WRITES)
def test_the_generated_clients_send_no_password_and_are_told_so(
    directory: Directory, operation: str, form: str
) -> None:
    directory.reset({JANE: "viewer"})
    target = directory.owner if operation == "change_caller_password" else JANE
    before = directory.password_hash(target)
    arguments = [] if operation == "change_caller_password" else [JANE]
    result = Generated(directory).call(operation, form, *arguments)
    if form in DETAILED:
        body = json.loads(result.content)
        assert (result.status_code, body["code"]) == (406, "missing_field")
        assert result.headers["content-type"] == "application/problem+json"
        assert {"password", "body"} <= set(re.findall(r"\w+", body["detail"])), body["detail"]
        result = result.parsed
    assert result is None
    assert directory.password_hash(target) == before
