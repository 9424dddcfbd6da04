"""Pictures of pages, where a folder for them was named."""

import base64
import re

from support import settings
from support.person import Person

SIZES = (360, 1440)
SCHEMES = ("light", "dark")


def take(person: Person, name: str) -> None:
    """Takes the page that is shown in both themes, on a telephone and on a screen."""
    folder = settings.screenshots()
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for width in SIZES:
        person.browser.size(width)
        for scheme in SCHEMES:
            person.browser.scheme(scheme)
            (folder / f"{name}-{width}-{scheme}.png").write_bytes(
                base64.b64decode(person.browser.screenshot())
            )


def describe(person: Person, test: str) -> str:
    """What is to be seen after a test has failed."""
    if folder := settings.screenshots():
        (folder / "failed").mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^\w.-]+", "-", test.rpartition("/")[2])
        picture = base64.b64decode(person.browser.screenshot())
        (folder / "failed" / f"{name}.png").write_bytes(picture)
    return f"{person.browser.driver.current_url} ({person.status})\n{person.text[:1500]}"
