"""Somebody who uses the keyboard only."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from support.person import Person

FOCUSED = """
const one = document.activeElement;
if (!one || one === document.body) return null;
const style = getComputedStyle(one), place = one.getBoundingClientRect();
const clear = /, 0\\)$/.test(style.outlineColor);
const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && !clear;
return {
  id: one.id, tag: one.tagName, text: one.textContent.trim(), href: one.getAttribute("href"),
  // A part of the browser's own within a field, such as the calendar of a date, is marked by the browser.
  marked: outlined || style.boxShadow !== "none" || !one.matches(":focus"),
  seen: place.width > 1 && place.height > 1 && place.bottom > 0 && place.right > 0
    && place.top < innerHeight && place.left < innerWidth,
};
"""


class Keyboard:
    """Presses keys, and looks where the focus is."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def press(self, *keys: str) -> None:
        ActionChains(self.person.browser.driver).send_keys(*keys).perform()

    def focused(self) -> dict[str, object]:
        """What has the focus; it must be seen."""
        found: dict[str, object] | None = self.person.browser.script(FOCUSED)
        assert found, "nothing has the focus"
        assert found["marked"], f"the focus cannot be seen on {found}"
        assert found["seen"], f"the focus is out of sight: {found}"
        return found

    def tab_to(self, **wanted: str) -> None:
        """Goes on from field to field until the one with that id, text or href."""
        passed = []
        for _ in range(120):
            self.press(Keys.TAB)
            if not self.person.browser.script("return document.activeElement !== document.body"):
                continue  # the browser's own, between the end and the beginning
            at = self.focused()
            if all(at[name] == value for name, value in wanted.items()):
                return
            passed.append(at)
        raise AssertionError(f"{wanted} cannot be reached by keyboard; passed: {passed}")

    def enter(self) -> None:
        """Presses Enter, which leads to another page."""
        self.person.load(lambda: self.press(Keys.ENTER))
