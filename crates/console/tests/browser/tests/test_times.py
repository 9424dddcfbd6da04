"""Times: the reader's, and UTC without JavaScript."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from support.person import Person
from support.site import ADMIN

ZONES = ("Asia/Tehran", "America/St_Johns", "Pacific/Auckland", "UTC")

TIMES = """
return [...document.querySelectorAll("time")].map(one => [one.dateTime, one.textContent.trim(), one.title]);
"""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


@pytest.mark.parametrize("path", ("/account", "/audit", "/users/jane@example.com"))
@pytest.mark.parametrize("zone", ZONES)
def test_a_reader_sees_local_times(person: Person, zone: str, path: str) -> None:
    person.browser.timezone(zone)
    person.enter(ADMIN).open(path)
    times = person.browser.script(TIMES)
    assert times
    offsets = {"Asia/Tehran": "3:30", "America/St_Johns": "3:30", "Pacific/Auckland": "13", "UTC": "UTC"}
    for stamp, shown, title in times:
        local = moment(stamp).astimezone(ZoneInfo(zone))
        assert f"{local:%Y-%m-%d}" in shown, (stamp, shown)
        if len(shown) > len("2026-11-24"):
            assert f"{local:%H:%M}" in shown, (stamp, shown)
        assert zone in title or offsets[zone] in title, f"the title says which zone: {title!r}"
        assert zone == "UTC" or "UTC" not in shown.replace("UTC+", "").replace("UTC-", ""), shown


def test_without_javascript_it_is_utc(plain_person: Person) -> None:
    plain_person.browser.timezone("Asia/Tehran")
    plain_person.enter(ADMIN).open("/audit")
    times = plain_person.browser.script(TIMES)
    assert times
    for stamp, shown, _ in times:
        assert shown == f"{moment(stamp):%Y-%m-%d %H:%M} UTC"


def test_times_in_a_table_that_the_search_replaced_are_local_as_well(person: Person) -> None:
    person.browser.timezone("Asia/Tehran")
    person.enter(ADMIN).open("/users")
    before = dict((stamp, shown) for stamp, shown, _ in person.browser.script(TIMES))
    person.field("search").send_keys("jane@")
    person.wait(lambda: person.rows == ["jane@example.com"], "Jane is found")
    for stamp, shown, _ in person.browser.script(TIMES):
        assert "UTC" not in shown
        assert before.get(stamp, shown) == shown
