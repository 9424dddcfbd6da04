"""A caller and somebody else, with all that a route can name: what a request to any route is made of."""

from dataclasses import dataclass
from itertools import count

from support.licences import licence
from support.site import OTHER_PASSWORD, PASSWORD, Site, quoted
from support.visitor import Fields

_NUMBERS = count(1)


@dataclass
class Somebody:
    """A user with a session, a key and an open link."""

    email: str
    session: str
    key: str


class World:
    """Made anew where a request has changed something."""

    def __init__(self, site: Site, role: str | None) -> None:
        self.site, self.number = site, next(_NUMBERS)
        self.own = self._somebody("own", role or "viewer")
        self.other = self._somebody("other", "operator")
        self.caller = site.visitor(self.own.email) if role else site.visitor()
        site.password_link(self.own.email)
        self.link = site.password_link(self.other.email).rpartition("/")[2]

    def _somebody(self, name: str, role: str) -> Somebody:
        email = self.site.add(f"{name}{self.number}@world.example", role)
        begun = self.site.session(email)
        key = self.site.api("POST", "keys", {"name": "a key"}, begun["token"])
        return Somebody(email, begun["id"], key["id"])

    def named(self, route: str, whose: str) -> str:
        """The email that a route names, or that is made by it."""
        if route == "/users":
            return f"new{self.number}@world.example"
        return self.own.email if whose == "own" else self.other.email

    def path(self, route: str, whose: str) -> str:
        """The address of a route, naming the caller's own things or the other's."""
        of = self.own if whose == "own" else self.other
        thing = of.key if "/keys/" in route else of.session
        path = route.replace("{email}", quoted(of.email)).replace("{id}", thing)
        return path.replace("{token}", self.link).replace("{name}", "none.00000000.css")

    def fields(self, method: str, route: str, whose: str) -> Fields:
        """What the form of that route would send to change something."""
        if method == "GET":
            return {}
        of = self.own if whose == "own" else self.other
        forms: dict[str, Fields] = {
            "/setup": {
                "code": "dqu_setup_0",
                "email": f"new{self.number}@world.example",
                "password": PASSWORD,
            },
            "/login": {"email": self.other.email, "password": PASSWORD, "returnUrl": ""},
            "/forgot": {"email": of.email},
            "/password/{token}": {"password": OTHER_PASSWORD},
            "/users": {"email": self.named(route, whose), "accountRole": "viewer"},
            "/users/{email}/roles": {"version": self.version(of.email), "accountRole": "none"},
            "/users/{email}/password": {"password": OTHER_PASSWORD},
            "/users/{email}/delete": {"confirm": of.email},
            "/account/password": {"current": PASSWORD, "password": OTHER_PASSWORD},
            "/account/keys": {"name": "another"},
            "/licence": {"licence": licence("ENTERPRISE", 10_000 + self.number)},
        }
        return forms.get(route, {})

    def version(self, email: str) -> str:
        """The version of a user, as the form holds it."""
        answer = self.site.admin.get(f"/users/{quoted(email)}")
        return answer.attribute("input[name=version]", "value")
