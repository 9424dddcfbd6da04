"""The search: as one types with JavaScript, by sending the form without."""

from urllib.parse import parse_qs, urlsplit

from selenium.webdriver.common.keys import Keys

from support.person import Person
from support.site import ADMIN
from support.town import CROWD, JANE, crowd


def query(person: Person) -> dict[str, list[str]]:
    return parse_qs(urlsplit(person.path).query)


def entries(person: Person) -> list[str]:
    """The rows of the audit log."""
    return list(
        person.browser.script(
            "return [...document.querySelectorAll('#audit tbody tr')].map(row => row.textContent)"
        )
    )


def test_the_table_follows_what_is_typed_without_a_new_page(person: Person) -> None:
    person.enter(ADMIN).open("/users")
    everyone = person.rows
    assert len(everyone) > 10
    person.browser.script("window.marker = 'stays'")
    search = person.field("search")
    search.send_keys("person1")
    person.wait(lambda: person.rows == [crowd(number) for number in range(10, 20)], "ten are left")
    person.wait(lambda: query(person).get("search") == ["person1"], "the address follows")
    search.send_keys("7")
    person.wait(lambda: person.rows == [crowd(17)], "one is left")
    assert person.browser.script("return document.activeElement.id") == "search", "the focus stays"
    assert person.value("search") == "person17"
    search.send_keys(Keys.BACKSPACE * 8)
    person.wait(lambda: person.rows == everyone, "all are back")
    assert person.browser.script("return window.marker") == "stays"


def test_what_was_typed_last_counts(person: Person) -> None:
    person.enter(ADMIN).open("/users")
    search = person.field("search")
    for text in ("person", "jane", "person2", "nobody", JANE):
        search.clear()
        search.send_keys(text)
    person.wait(lambda: person.rows == [JANE], "Jane is found")
    person.wait(lambda: query(person).get("search") == [JANE], "the address follows")
    person.browser.driver.refresh()
    assert person.rows == [JANE]
    assert person.value("search") == JANE


def test_nothing_found_is_said_and_announced(person: Person) -> None:
    person.enter(ADMIN).open("/users")
    person.field("search").send_keys("zzzz")
    person.wait(lambda: not person.rows, "the table is empty")
    live = person.browser.find("[aria-live] , [role=status]")
    assert any(one.text for one in live), "who does not see the table is told"


def test_the_role_filter_goes_along_with_the_search(person: Person) -> None:
    person.enter(ADMIN).open("/users?role=editor")
    person.field("search").send_keys("person1")
    editors = [crowd(number) for number in range(10, 20) if number % 4 == 0]
    person.wait(lambda: person.rows == editors, "the editors among them are left")
    person.wait(lambda: query(person).get("search") == ["person1"], "the address follows")
    assert query(person)["role"] == ["editor"]


def test_enter_sends_the_search(person: Person) -> None:
    person.enter(ADMIN).open("/users")
    person.field("search").send_keys("person33", Keys.ENTER)
    person.wait(lambda: person.rows == [crowd(33)], "one is left")
    assert query(person)["search"] == ["person33"]


def test_the_way_back_leads_to_the_search(person: Person) -> None:
    person.enter(ADMIN).open("/users")
    person.field("search").send_keys("person42")
    person.wait(lambda: person.rows == [crowd(42)], "one is left")
    person.follow(crowd(42))
    person.browser.driver.back()
    person.wait(lambda: person.rows == [crowd(42)], "the search is there again")
    assert person.value("search") == "person42"


def test_a_session_that_ended_leads_to_the_sign_in(person: Person) -> None:
    email = person.site.add("types-on@example.com")
    person.enter(email).open("/users")
    person.site.api("DELETE", f"sessions?user={email}")
    person.field("search").send_keys("jane")
    person.wait(lambda: person.path.startswith("/login"), "the page to sign in is shown")
    assert len(person.browser.find("#password")) == 1
    assert person.heading


def test_the_audit_log_follows_its_filters_as_well(person: Person) -> None:
    person.enter(ADMIN).open("/audit")
    whole = entries(person)
    person.browser.script("window.marker = 'stays'")
    person.field("action").send_keys(
        "Key created"
    )  # chosen by keyboard: WebDriver's clicks tell scripts too little
    person.wait(lambda: query(person).get("action") == ["api_key_issued"], "the address follows")
    assert 0 < len(entries(person)) < len(whole)
    person.field("person").send_keys(JANE)
    person.wait(lambda: query(person).get("person") == [JANE], "the address follows")
    found = entries(person)
    assert found
    assert all(JANE in entry for entry in found)
    person.field("person").clear()
    person.field("person").send_keys("nobody@example.com")
    person.wait(lambda: not entries(person), "nothing is found")
    assert person.browser.script("return window.marker") == "stays"


def test_without_javascript_the_form_does_it(plain_person: Person) -> None:
    person = plain_person
    person.enter(ADMIN).open("/users")
    person.load(lambda: person.field("search").send_keys("person1", Keys.ENTER))
    assert person.rows == [crowd(number) for number in range(10, 20)]
    assert query(person)["search"] == ["person1"]
    assert person.value("search") == "person1"


def test_more_than_a_page_can_be_walked_through(plain_person: Person) -> None:
    """Sixty people are not many; what a page holds is the console's to say."""
    person = plain_person
    person.enter(ADMIN).open("/users?search=crowd.example")
    seen = person.rows
    while following := person.browser.find("a[rel=next]"):
        person.load(following[0].click)
        assert query(person)["search"] == ["crowd.example"], "the search goes along"
        seen += person.rows
    assert seen == [crowd(number) for number in range(CROWD)]
