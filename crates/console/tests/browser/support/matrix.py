"""Who may do what: every route and method for every kind of caller, over own and others' things.

A number is a status; `to …` is a redirect to that path, with `{email}` for the user that is named.
"""

from support.routes import WITH_MAIL

CALLERS = ("anonymous", "admin", "editor", "operator", "viewer")

LOGIN = "to /login"
USERS = "to /users"
USER = "to /users/{email}"
ACCOUNT = "to /account"

Cell = int | str
Row = tuple[Cell, Cell, Cell, Cell, Cell]


def same(cell: Cell) -> Row:
    """For everyone, signed in or not."""
    return (cell, cell, cell, cell, cell)


def signed_in(cell: Cell) -> Row:
    """For everyone who is signed in."""
    return (LOGIN, cell, cell, cell, cell)


def admins(cell: Cell) -> Row:
    """For admins only."""
    return (LOGIN, cell, 403, 403, 403)


MATRIX: dict[tuple[str, str, str], Row] = {
    ("GET", "/", ""): (LOGIN, USERS, USERS, USERS, USERS),
    # The directory has an admin already, which is all that anyone learns here.
    ("GET", "/setup", ""): (LOGIN, USERS, USERS, USERS, USERS),
    ("POST", "/setup", ""): same(409),
    ("GET", "/login", ""): (200, USERS, USERS, USERS, USERS),
    ("POST", "/login", ""): same(USERS),
    ("POST", "/logout", ""): same(LOGIN),
    # No mail is configured.
    **{(method, path, ""): same(404) for method, path in WITH_MAIL},
    # Who has the link, has it.
    ("GET", "/password/{token}", ""): same(200),
    ("POST", "/password/{token}", ""): same(LOGIN),
    ("GET", "/users", ""): signed_in(200),
    ("GET", "/users/new", ""): admins(200),
    ("POST", "/users", ""): admins(USER),
    ("GET", "/users/{email}", "own"): signed_in(200),
    ("GET", "/users/{email}", "other"): signed_in(200),
    ("POST", "/users/{email}/roles", "own"): admins(USER),
    ("POST", "/users/{email}/roles", "other"): admins(USER),
    ("POST", "/users/{email}/link", "own"): admins(200),
    ("POST", "/users/{email}/link", "other"): admins(200),
    ("POST", "/users/{email}/link/revoke", "own"): admins(USER),
    ("POST", "/users/{email}/link/revoke", "other"): admins(USER),
    # One's own password is changed with the current one, under /account.
    ("POST", "/users/{email}/password", "own"): admins(USER),
    ("POST", "/users/{email}/password", "other"): admins(USER),
    ("POST", "/users/{email}/sessions/end", "own"): admins(USER),
    ("POST", "/users/{email}/sessions/end", "other"): admins(USER),
    ("POST", "/users/{email}/sessions/{id}/end", "own"): admins(USER),
    ("POST", "/users/{email}/sessions/{id}/end", "other"): admins(USER),
    ("POST", "/users/{email}/keys/{id}/revoke", "own"): admins(USER),
    ("POST", "/users/{email}/keys/{id}/revoke", "other"): admins(USER),
    ("GET", "/users/{email}/delete", "own"): admins(200),
    ("GET", "/users/{email}/delete", "other"): admins(200),
    ("POST", "/users/{email}/delete", "own"): admins(USERS),
    ("POST", "/users/{email}/delete", "other"): admins(USERS),
    ("GET", "/account", ""): signed_in(200),
    ("POST", "/account/password", ""): signed_in(ACCOUNT),
    ("POST", "/account/keys", ""): signed_in(201),
    ("POST", "/account/keys/{id}/revoke", "own"): signed_in(ACCOUNT),
    ("POST", "/account/keys/{id}/revoke", "other"): signed_in(404),
    ("POST", "/account/sessions/{id}/end", "own"): signed_in(ACCOUNT),
    ("POST", "/account/sessions/{id}/end", "other"): signed_in(404),
    ("POST", "/account/sessions/end", ""): signed_in(LOGIN),
    ("GET", "/audit", ""): admins(200),
    ("GET", "/licence", ""): signed_in(200),
    ("POST", "/licence", ""): admins("to /licence"),
    ("POST", "/licence/remove", ""): admins("to /licence"),
    ("GET", "/about", ""): signed_in(200),
    ("GET", "/assets/{name}", ""): same(404),
}
