"""The keyboard alone is enough, and shows where one is."""

from selenium.webdriver.common.keys import Keys

from support.keys import Keyboard
from support.person import Person
from support.site import ADMIN, PASSWORD
from support.town import JANE


def test_signing_in(person: Person) -> None:
    keyboard = Keyboard(person)
    person.open("/login")
    if person.browser.script("return document.activeElement.id") != "email":
        keyboard.tab_to(id="email")
    keyboard.press(ADMIN)
    keyboard.tab_to(id="password")
    keyboard.press(PASSWORD)
    keyboard.enter()
    assert person.path == "/users"


def test_adding_a_user(person: Person) -> None:
    keyboard = Keyboard(person)
    person.enter(ADMIN).open("/users")
    keyboard.tab_to(text="Add user")
    keyboard.enter()
    assert person.path == "/users/new"
    if person.browser.script("return document.activeElement.id") != "email":
        keyboard.tab_to(id="email")
    keyboard.press("by-keyboard@example.com")
    keyboard.tab_to(id="accountRole")
    keyboard.press("o")  # operator
    keyboard.tab_to(id="link")
    keyboard.press(Keys.SPACE)
    keyboard.tab_to(text="Add user", tag="BUTTON")
    keyboard.enter()
    assert person.path.partition("?")[0] == "/users/by-keyboard@example.com"
    assert person.site.roles()["by-keyboard@example.com"] == "operator"


def test_finding_and_opening_a_user(person: Person) -> None:
    keyboard = Keyboard(person)
    person.enter(ADMIN).open("/users")
    keyboard.press("/")
    assert keyboard.focused()["id"] == "search"
    keyboard.press("jane@")
    person.wait(lambda: person.rows == [JANE], "only Jane is left")
    assert person.value("search") == "jane@", "the / went to the search, not into it"
    keyboard.press("/")
    assert person.value("search") == "jane@/", "within a field it is a character like others"
    keyboard.press(Keys.BACKSPACE)
    person.wait(lambda: person.rows == [JANE], "Jane is there again")
    keyboard.tab_to(text=JANE, tag="A")
    keyboard.enter()
    assert person.path == f"/users/{JANE}"


def test_the_slash_key_leaves_other_fields_and_shortcuts_alone(person: Person) -> None:
    keyboard = Keyboard(person)
    person.enter(ADMIN).open("/audit")
    keyboard.tab_to(id="person")
    keyboard.press("a/b")
    assert person.value("person") == "a/b"


def test_the_skip_link_leads_past_the_navigation(person: Person) -> None:
    keyboard = Keyboard(person)
    person.enter(ADMIN).open("/users")
    keyboard.press(Keys.TAB)
    assert keyboard.focused()["href"] == "#main", "it is the first, and it is seen when it has the focus"
    keyboard.press(Keys.ENTER)
    person.wait(lambda: person.path == "/users#main", "the skip link was followed")
    keyboard.press(Keys.TAB)
    keyboard.focused()
    inside = "return document.getElementById('main').contains(document.activeElement)"
    assert person.browser.script(inside), "the next stop is within the main part"


def test_every_stop_on_a_page_of_a_user_is_seen(person: Person) -> None:
    keyboard = Keyboard(person)
    for width in (1280, 360):
        person.enter(ADMIN).open(f"/users/{JANE}")
        person.browser.size(width)
        stops = 0
        keyboard.press(Keys.TAB)
        while person.browser.script("return document.activeElement !== document.body") and stops < 100:
            keyboard.focused()
            stops += 1
            keyboard.press(Keys.TAB)
        assert 10 < stops < 100


def test_signing_out(person: Person) -> None:
    keyboard = Keyboard(person)
    person.enter(ADMIN).open("/about")
    keyboard.tab_to(text="Sign out", tag="BUTTON")
    keyboard.enter()
    assert person.path == "/login?notice=signed-out"
