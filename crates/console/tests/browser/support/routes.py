"""The routes of the console, as its contract lists them."""

import re
from urllib.parse import urlsplit

# Served only where mail is configured.
WITH_MAIL = (("GET", "/forgot"), ("POST", "/forgot"))

ROUTES = (
    ("GET", "/"),
    ("GET", "/setup"),
    ("POST", "/setup"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("POST", "/logout"),
    *WITH_MAIL,
    ("GET", "/password/{token}"),
    ("POST", "/password/{token}"),
    ("GET", "/users"),
    ("GET", "/users/new"),
    ("POST", "/users"),
    ("GET", "/users/{email}"),
    ("POST", "/users/{email}/roles"),
    ("POST", "/users/{email}/link"),
    ("POST", "/users/{email}/link/revoke"),
    ("POST", "/users/{email}/password"),
    ("POST", "/users/{email}/sessions/end"),
    ("POST", "/users/{email}/sessions/{id}/end"),
    ("POST", "/users/{email}/keys/{id}/revoke"),
    ("GET", "/users/{email}/delete"),
    ("POST", "/users/{email}/delete"),
    ("GET", "/account"),
    ("POST", "/account/password"),
    ("POST", "/account/keys"),
    ("POST", "/account/keys/{id}/revoke"),
    ("POST", "/account/sessions/{id}/end"),
    ("POST", "/account/sessions/end"),
    ("GET", "/audit"),
    ("GET", "/licence"),
    ("POST", "/licence"),
    ("POST", "/licence/remove"),
    ("GET", "/about"),
    ("GET", "/assets/{name}"),
)

# What is not the console's, but stands in its pages.
OUTSIDE = re.compile(r"/swagger-ui/|/openapi\.json|/api/.*")


def is_known(method: str, url: str) -> bool:
    """Whether a link or a form of a page leads to a route of the contract."""
    path = urlsplit(url).path
    known = (re.sub(r"\{\w+\}", "[^/]+", route) for of, route in ROUTES if of == method)
    return any(re.fullmatch(pattern, path) for pattern in known) or bool(OUTSIDE.fullmatch(path))
