"""Forms that were refused: the status, the error beside its field, and what was typed is kept."""

import pytest

from support.person import Person
from support.site import ADMIN, OTHER_PASSWORD, PASSWORD, Site

JANE = "jane@example.com"

# route, fields, status, the field at fault (nothing: page-wide)
REFUSED: tuple[tuple[str, dict[str, str], tuple[int, ...], str], ...] = (
    ("/users", {"email": "", "accountRole": "viewer"}, (400, 406), "email"),
    ("/users", {"email": "no email", "accountRole": "viewer"}, (400,), "email"),
    ("/users", {"email": "a/b@example.com", "accountRole": "viewer"}, (400,), "email"),
    ("/users", {"email": "zażółć@example.com", "accountRole": "viewer"}, (400,), "email"),
    ("/users", {"email": "x" * 255 + "@example.com", "accountRole": "viewer"}, (400,), "email"),
    ("/users", {"email": JANE, "accountRole": "viewer"}, (409,), "email"),
    ("/users", {"email": " JANE@EXAMPLE.COM ", "accountRole": "viewer"}, (409,), "email"),
    ("/users", {"email": "role@example.com", "accountRole": "king"}, (400,), "accountRole"),
    ("/users", {"email": "role@example.com"}, (400, 406), "accountRole"),
    (f"/users/{JANE}/password", {"password": ""}, (400, 406), "password"),
    (f"/users/{JANE}/password", {"password": "short"}, (400,), "password"),
    (f"/users/{JANE}/password", {"password": JANE}, (400,), "password"),
    (f"/users/{JANE}/password", {"password": "passwordpassword"}, (400,), "password"),
    (f"/users/{JANE}/password", {"password": "x" * 300}, (400,), "password"),
    (f"/users/{JANE}/delete", {"confirm": ""}, (400, 406), "confirm"),
    (f"/users/{JANE}/delete", {"confirm": "jane"}, (400,), "confirm"),
    (f"/users/{JANE}/delete", {}, (400, 406), "confirm"),
    ("/account/keys", {"name": ""}, (400, 406), "name"),
    ("/account/keys", {"name": "x" * 101}, (400,), "name"),
    ("/account/keys", {"name": "line\nbreak"}, (400,), "name"),
    ("/account/password", {"current": "", "password": OTHER_PASSWORD}, (400, 401, 406), "current"),
    ("/account/password", {"current": PASSWORD, "password": "short"}, (400,), "password"),
    ("/licence", {"licence": ""}, (400, 406), "licence"),
    ("/licence", {"licence": "something else"}, (400,), "licence"),
    ("/licence", {"licence": "x" * 10_000}, (400,), "licence"),
)


@pytest.mark.parametrize(("route", "fields", "statuses", "name"), REFUSED)
def test_the_error_stands_beside_its_field(
    site: Site, route: str, fields: dict[str, str], statuses: tuple[int, ...], name: str
) -> None:
    before = site.rows()
    answer = site.admin.post(route, fields)
    assert answer.status in statuses, answer.words()[:300]
    assert site.rows() == before
    assert answer.one(f"#{name}-error").get_text(strip=True)
    assert answer.attribute(f"#{name}", "aria-invalid") == "true"
    assert f"{name}-error" in answer.attribute(f"#{name}", "aria-describedby").split()
    for sent, value in fields.items():
        kept = answer.page.find(id=sent)
        if kept is None or sent == "accountRole":
            continue
        if kept.get("type") == "password":
            assert not kept.get("value"), "a password is never sent back"
        elif kept.name == "textarea":
            assert kept.get_text().strip() == value, "what was typed is kept"
        else:
            assert kept.get("value", "") == value, "what was typed is kept"


def test_the_chosen_role_is_kept(site: Site) -> None:
    answer = site.admin.post("/users", {"email": "no email", "accountRole": "operator"})
    assert answer.attribute("#accountRole option[selected]", "value") == "operator"
    assert not answer.one("#link").has_attr("checked"), "the box was not ticked"


def test_who_changes_last_is_told_that_somebody_was_faster(person: Person, other_person: Person) -> None:
    email = person.site.add("two-admins@example.com", "editor")
    for one in (person, other_person):
        one.enter(ADMIN).open(f"/users/{email}")
    person.choose("accountRole", "viewer")
    person.press("Save roles")
    assert person.done
    other_person.choose("accountRole", "operator")
    other_person.press("Save roles")
    assert other_person.status == 412
    assert other_person.alert or other_person.error("accountRole")
    assert person.site.roles()[email] == "viewer"
    other_person.press("Save roles")
    assert other_person.done, "having seen it, they can do it all the same"


def test_roles_without_a_version_are_not_saved_blindly(site: Site) -> None:
    email = site.add("blind@example.com", "editor")
    answer = site.admin.post(f"/users/{email}/roles", {"accountRole": "viewer"})
    assert 400 <= answer.status < 500, answer.outcome
    assert site.roles()[email] == "editor"


def test_a_user_who_is_gone_is_said_to_be(site: Site) -> None:
    email = site.add("is-gone@example.com")
    site.api("DELETE", f"users/{email}")
    for path in (f"/users/{email}", f"/users/{email}/delete"):
        assert site.admin.get(path).status == 404
    for action, fields in (
        ("roles", {"accountRole": "viewer", "version": "1"}),
        ("link", {}),
        ("link/revoke", {}),
        ("password", {"password": PASSWORD}),
        ("sessions/end", {}),
        ("delete", {"confirm": email}),
    ):
        answer = site.admin.post(f"/users/{email}/{action}", fields)
        assert answer.status == 404, (action, answer.outcome)
        assert answer.page.select("a[href='/users']"), "there is a way back"


def test_too_large_a_form_is_a_page_as_well(site: Site) -> None:
    answer = site.admin.post("/account/keys", {"name": "x" * 200_000})
    assert answer.status == 413
    assert answer.page.find("h1")


def test_malformed_forms_are_no_failure_of_the_server(site: Site) -> None:
    before = site.rows()
    headers = {**site.admin.own, "Content-Type": "application/x-www-form-urlencoded"}
    for route in (
        "/users",
        f"/users/{JANE}/roles",
        f"/users/{JANE}/delete",
        "/account/keys",
        "/licence",
        "/login",
    ):
        for body in (b"", b"%ff=%ff", b"&&&==", b"email", b"name=%00", b"email=a&email=b", b"\xff\xfe"):
            answer = site.admin.send("POST", route, body, headers)
            assert 400 <= answer.status < 500, (route, body, answer.outcome)
    assert site.rows() == before


def test_a_field_twice_is_not_taken_for_one(site: Site) -> None:
    """What a check reads and what is done must be the same."""
    email = site.add("twice-named@example.com", "viewer")
    version = site.admin.get(f"/users/{email}").attribute("input[name=version]", "value")
    fields = [("version", version), ("accountRole", "viewer"), ("accountRole", "admin")]
    answer = site.admin.post(f"/users/{email}/roles", fields)
    assert 400 <= answer.status < 500 or site.roles()[email] in ("viewer", "admin"), answer.outcome
    assert answer.status < 500
