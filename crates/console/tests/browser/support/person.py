"""What a person does in a browser, by what is to be seen: labels, buttons, links."""

from collections.abc import Callable
from typing import TypeVar

from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from support.browser import Browser
from support.site import PASSWORD, Site

PATIENCE = 15
T = TypeVar("T")

# What can be seen and says exactly that.
LABELLED = """
const all = [...document.querySelectorAll(arguments[0])];
const seen = all.filter(one => one.checkVisibility({visibilityProperty: true}));
return seen.filter(one => one.innerText.trim() === arguments[1]);
"""


class Person:
    """Somebody at a browser, on a site."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.site = browser, site

    # Going somewhere.

    def open(self, path: str) -> "Person":
        """Types an address."""
        self.browser.driver.get(f"{self.site.url}{path}")
        return self

    def enter(self, email: str, password: str = PASSWORD) -> "Person":
        """Is signed in, without having gone through the page."""
        for name, value in self.site.visitor(email, password).cookies.items():
            self.browser.set_cookie(self.site.url, name, value)
        return self

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Signs in on the page that is shown."""
        self.fill("email", email)
        self.fill("password", password)
        self.press("Sign in")

    def follow(self, label: str) -> None:
        """Clicks a link."""
        self.load(self.link(label).click)

    def press(self, label: str) -> None:
        """Clicks a button that sends a form."""
        self.load(self.button(label).click)

    def load(self, act: Callable[[], None]) -> None:
        """Does what leads to another page, and waits for that."""
        before = self.browser.driver.find_element(By.TAG_NAME, "html")
        act()
        self.wait(lambda: _is_gone(before), "the next page comes")
        self.wait(
            lambda: self.browser.script("return document.readyState") == "complete", "the page is loaded"
        )

    # What is there.

    @property
    def path(self) -> str:
        """The address that is shown, without the site."""
        url = self.browser.driver.current_url
        assert url.startswith(f"{self.site.url}/"), f"the browser is at {url}"
        return url.removeprefix(self.site.url)

    @property
    def status(self) -> int:
        return self.browser.status()

    @property
    def text(self) -> str:
        return self.browser.driver.find_element(By.TAG_NAME, "body").text

    @property
    def heading(self) -> str:
        return self.browser.driver.find_element(By.TAG_NAME, "h1").text

    @property
    def done(self) -> str:
        """The note after a success, or nothing."""
        return " ".join(element.text for element in self.browser.find(".notice-done[role=status]"))

    @property
    def alert(self) -> str:
        """The page-wide error, or nothing."""
        return " ".join(element.text for element in self.browser.find(".notice-error[role=alert]"))

    @property
    def secret(self) -> str:
        """The secret that is shown once."""
        field = self.field("secret")
        assert field.get_attribute("readonly"), "it can be copied, not edited"
        return str(field.get_property("value"))

    @property
    def rows(self) -> list[str]:
        """The emails in the table of users."""
        script = (
            "return [...document.querySelectorAll('#users tr[data-email]')].map(row => row.dataset.email)"
        )
        return list(self.browser.script(script))

    def error(self, name: str) -> str:
        """The error of a field, tied to it as screen readers need it; nothing when there is none."""
        found = self.browser.find(f"[id='{name}-error']")
        if not found:
            return ""
        field = self.field(name)
        assert field.get_attribute("aria-invalid") == "true", f"{name} is not marked as invalid"
        assert f"{name}-error" in str(field.get_attribute("aria-describedby")).split()
        return found[0].text

    def has_link(self, label: str) -> bool:
        return bool(self._links(label))

    def has_button(self, label: str) -> bool:
        """Whether there is such a button that can be pressed."""
        return any(button.is_enabled() for button in self._buttons(label))

    def link(self, label: str) -> WebElement:
        found = self._links(label)
        assert found, f"no link {label!r} on {self.path}:\n{self.text}"
        return found[0]

    def button(self, label: str) -> WebElement:
        found = self._buttons(label)
        assert found, f"no button {label!r} on {self.path}:\n{self.text}"
        return found[0]

    def field(self, name: str) -> WebElement:
        found = self.browser.find(f"[id='{name}']")
        assert found, f"no field {name!r} on {self.path}:\n{self.text}"
        return found[0]

    def has_field(self, name: str) -> bool:
        return bool(self.browser.find(f"[id='{name}']"))

    def _links(self, label: str) -> list[WebElement]:
        return list(self.browser.script(LABELLED, "a[href]", label))

    def _buttons(self, label: str) -> list[WebElement]:
        return list(self.browser.script(LABELLED, "button", label))

    # Filling forms in.

    def fill(self, name: str, text: str) -> None:
        field = self.field(name)
        self._uncover(field)
        field.clear()
        field.send_keys(text)

    def choose(self, name: str, value: str) -> None:
        Select(self.field(name)).select_by_value(value)

    def tick(self, name: str, wanted: bool) -> None:
        box = self.field(name)
        if box.is_selected() != wanted:
            box.click()

    def value(self, name: str) -> str:
        return str(self.field(name).get_property("value"))

    def submit(self, **fields: str) -> None:
        """Fills in what no keyboard can type, and sends that form whatever the browser thinks of it."""
        for name, text in fields.items():
            self.browser.script("arguments[0].value = arguments[1]", self.field(name), text)
        send = "arguments[0].form.noValidate = true; arguments[0].form.requestSubmit()"
        self.load(lambda: self.browser.script(send, self.field(next(iter(fields)))))

    def _uncover(self, field: WebElement) -> None:
        """Opens what a field is folded away in."""
        folded = field.find_elements(By.XPATH, "ancestor::details[not(@open)]/summary")
        for summary in folded:
            summary.click()

    # Waiting.

    def wait(self, condition: Callable[[], T], what: str) -> T:
        """Waits until something holds."""
        waiting = WebDriverWait(self.browser.driver, PATIENCE, poll_frequency=0.02)
        return waiting.until(lambda _: condition(), f"waited in vain until {what}")


def _is_gone(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    except WebDriverException as error:  # between two pages there is no frame at all
        return "aborted by navigation" in str(error) or "Node with given id" in str(error)
    return False
