"""axe-core in the page: what it finds wrong with its accessibility."""

from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from support.browser import Browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RUN = """
const done = arguments[arguments.length - 1];
const options = {runOnly: {type: "tag", values: arguments[0]}, resultTypes: ["violations"]};
axe.run(document, options).then(result => done(result.violations), error => done(String(error)));
"""


@cache
def source() -> str:
    """The script, out of the package that ships it."""
    package = distribution("axe-playwright-python")
    file = next(file for file in package.files or [] if file.name == "axe.min.js")
    return Path(str(package.locate_file(file))).read_text(encoding="utf-8")


def violations(browser: Browser) -> list[str]:
    """One line for every rule and element that breaks it."""
    if not browser.script("return typeof axe === 'object'"):
        browser.script(source())
    found: list[dict[str, Any]] | str = browser.driver.execute_async_script(RUN, TAGS)
    assert not isinstance(found, str), found
    return [
        f"{rule['id']}: {node['html'][:160]} — {' '.join(str(node.get('failureSummary')).split())}"
        for rule in found
        for node in rule["nodes"]
    ]
