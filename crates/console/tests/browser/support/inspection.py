"""What is looked at on every page."""

import re
from dataclasses import dataclass, field

from support import axe, screenshots
from support.browser import Browser
from support.pages import Page
from support.person import Person
from support.routes import is_known

WIDTHS = (360, 768, 1024, 2560)

# Texts that stand where a template or a script met what it did not expect.
LEAKS = re.compile(
    r"\bundefined\b|\bNaN\b|Invalid Date|\[object|Some\(|\{\{|\}\}|\bNone\b|&(?:amp|lt|gt|quot|#\d+);"
)

TOO_WIDE = """
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= width) return [];
const all = [...document.querySelectorAll("body *")];
const wide = all.filter(one => one.getBoundingClientRect().right > width).slice(0, 5);
return [`${document.documentElement.scrollWidth} > ${width}`, ...wide.map(one => one.outerHTML.slice(0, 90))];
"""

STRUCTURE = """
const faults = [], all = selector => [...document.querySelectorAll(selector)];
const must = (holds, fault) => { if (!holds) faults.push(fault); };
must(document.documentElement.lang, "the language is not said");
must(all("h1").length === 1, `${all("h1").length} h1`);
must(all("main#main").length === 1, "no main#main");
const first = document.querySelector("a[href]")?.getAttribute("href");
must(first === "#main", `the first link leads to ${first}, not to #main`);
const ids = all("[id]").map(one => one.id);
for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`the id ${id} twice`);
for (const one of all("*"))
  for (const {name} of one.attributes) must(!name.startsWith("on"), `${name} on ${one.tagName}`);
must(!all("style, script:not([src])").length, "a style or script within the page");
for (const one of all("p.error")) {
  const field = document.getElementById(one.id.replace(/-error$/, ""));
  must(field, `an error without a field: ${one.outerHTML}`);
  must(field?.getAttribute("aria-invalid") === "true", `${one.id}: the field is not marked`);
  const ties = field?.getAttribute("aria-describedby")?.split(" ");
  must(ties?.includes(one.id), `${one.id} is not tied to its field`);
}
for (const one of all("[aria-describedby], [aria-labelledby], [aria-controls], label[for]"))
  for (const name of ["aria-describedby", "aria-labelledby", "aria-controls", "for"])
    for (const id of (one.getAttribute(name) ?? "").split(" ").filter(Boolean))
      must(document.getElementById(id), `${name}=${id} leads nowhere`);
for (const one of all("input[type=password]")) must(!one.defaultValue, `a password in ${one.outerHTML}`);
for (const one of all("input[type=password]")) must(one.autocomplete, `no autocomplete on ${one.outerHTML}`);
for (const one of all("time"))
  must(/^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d)?Z$/.test(one.dateTime), `a time as ${one.outerHTML}`);
return faults;
"""

LEADS = """
const links = [...document.querySelectorAll("a[href]:not([href^='#'])")].map(one => ["GET", one.href]);
const address = one => new URL(one.getAttribute("action") ?? "", location.href).href;
const method = one => (one.getAttribute("method") ?? "get").toUpperCase();
const forms = [...document.forms].map(one => [method(one), address(one)]);
const sent = [...document.querySelectorAll("[formaction]")].map(one => ["POST", one.formAction]);
return [...links, ...forms, ...sent];
"""


@dataclass
class Findings:
    """What is wrong with a page, by what was looked at."""

    page: Page
    path: str = ""
    wrong: dict[str, list[str]] = field(default_factory=dict)


def inspect(page: Page, person: Person) -> Findings:
    """Looks at the page that is shown."""
    browser = person.browser
    findings = Findings(page, person.path)
    wrong = findings.wrong
    wrong["status"] = (
        [] if person.status == page.status else [f"{person.status}, not {page.status}: {person.text[:300]}"]
    )
    wrong["structure"] = _structure(page, person)
    wrong["leads"] = _leads(person)
    for scheme in screenshots.SCHEMES:
        browser.scheme(scheme)
        wrong[f"axe {scheme}"] = axe.violations(browser)
    wrong["width"] = [f"at {width}: {fault}" for width in WIDTHS for fault in _too_wide(browser, width)]
    wrong["origins"] = [request.url for request in browser.requests() if not _is_ours(request.url, person)]
    wrong["console"] = [
        line["message"] for line in browser.console() if not _tells_the_status(line["message"], page)
    ]
    screenshots.take(person, page.name)
    return findings


def _structure(page: Page, person: Person) -> list[str]:
    browser = person.browser
    faults: list[str] = browser.script(STRUCTURE)
    title = browser.driver.title
    if not re.fullmatch(r"\S.* · DQOps users", title):
        faults.append(f"the title is {title!r}")
    leaks = LEAKS.findall(person.text)
    faults += [f"{leak!r} in the text" for leak in leaks]
    labels = {link.text.strip() for link in browser.find('nav[aria-label="Main"] a')}
    if page.signed_in and not {"Users", "Licence", "About"} <= labels:
        faults.append(f"the navigation has {sorted(labels)}")
    if person.has_button("Sign out") != page.signs_out:
        faults.append("a button to sign out where there should be none, or none where there should be one")
    if not page.signed_in and labels:
        faults.append("a navigation for nobody")
    if (
        page.status >= 400
        and not browser.find("p.error, .notice-error[role=alert]")
        and page.status not in (403, 404)
    ):
        faults.append("no error is shown")
    return faults


def _leads(person: Person) -> list[str]:
    """Links and forms that lead to what the contract does not know."""
    own = f"{person.site.url}/"
    found: list[list[str]] = person.browser.script(LEADS)
    foreign = [
        url
        for method, url in found
        if not url.startswith(own) and (method != "GET" or not url.startswith("https://"))
    ]
    unknown = [
        f"{method} {url}" for method, url in found if url.startswith(own) and not is_known(method, url)
    ]
    return foreign + unknown


def _too_wide(browser: Browser, width: int) -> list[str]:
    browser.size(width)
    return list(browser.script(TOO_WIDE))


def _is_ours(url: str, person: Person) -> bool:
    return url.startswith((f"{person.site.url}/", "about:", "data:"))  # data: the browser's own pictures


def _tells_the_status(message: str, page: Page) -> bool:
    """Chromium logs the status of a page when that is an error's."""
    return page.status >= 400 and f"the server responded with a status of {page.status} " in message
