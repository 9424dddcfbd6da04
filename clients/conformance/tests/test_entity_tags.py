"""Entity tags: what has not changed is not sent again, and what has is not overwritten."""

import pytest

from support.directory import Directory, problem

JANE = "jane@example.com"


@pytest.mark.parametrize("path", ["api/users", f"api/users/{JANE}"])
def test_what_is_known_is_not_sent_again(directory: Directory, path: str) -> None:
    directory.reset({JANE: "viewer"})
    first = directory.http.get(path)
    tag = first.headers["etag"]
    again = directory.http.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)

    changed = directory.http.put(f"api/users/{JANE}", json={"email": JANE, "accountRole": "editor"})
    assert changed.status_code == 204
    fresh = directory.http.get(path, headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert fresh.headers["etag"] != tag
    assert fresh.json() != first.json()


def test_a_stale_tag_changes_nothing(directory: Directory) -> None:
    directory.reset({JANE: "viewer"})
    path, admin = f"api/users/{JANE}", {"email": JANE, "accountRole": "admin"}
    stale = {"If-Match": directory.http.get(path).headers["etag"]}
    editor = {"email": JANE, "accountRole": "editor"}
    assert directory.http.put(path, json=editor, headers=stale).status_code == 204, "it was current"

    for answer in (
        directory.http.put(path, json=admin, headers=stale),
        directory.http.delete(path, headers=stale),
    ):
        assert (answer.status_code, problem(answer)["code"]) == (412, "precondition_failed")
    assert directory.holds({JANE: "editor"})

    current = {"If-Match": directory.http.get(path).headers["etag"]}
    assert directory.http.delete(path, headers=current).status_code == 204
    assert directory.holds({})
