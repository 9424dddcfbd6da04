"""The people of the shared directory."""

from support.site import Site

DOMAINS = ("Sales", "Human resources", "R-and-D_2")
CROWD = 60
JANE = "jane@example.com"


def populate(site: Site) -> None:
    """Data domains, a crowd, and Jane, who has keys and sessions."""
    for name in DOMAINS:
        site.cli("data-domain", "add", name)
    roles = ("editor", "operator", "viewer", "none")
    site.import_users((crowd(number), roles[number % 4]) for number in range(CROWD))
    site.add(JANE, "editor", domains={"Sales": "viewer"})
    site.key(JANE, "nightly import")
    site.session(JANE, user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")


def crowd(number: int) -> str:
    """The email of one of many."""
    return f"person{number:02}@crowd.example"
