"""A caller over plain HTTP that keeps cookies, follows nothing, and says what browsers say."""

import contextlib
import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from bs4 import BeautifulSoup, Tag

Fields = Mapping[str, str] | Sequence[tuple[str, str]]

FORM = "application/x-www-form-urlencoded"

# What browsers ask for when they want a page.
PAGES = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @cached_property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")

    def one(self, selector: str) -> Tag:
        """The first element of the page that fits."""
        found = self.page.select_one(selector)
        assert found is not None, f"no {selector} ({self.status}): {self.words()[:300]}"
        return found

    def attribute(self, selector: str, name: str) -> str:
        """An attribute of the first element that fits; empty when it has none."""
        return str(self.one(selector).get(name, ""))

    @property
    def location(self) -> str:
        """Where a redirect leads, or nothing."""
        return self.headers.get("location", "")

    @property
    def outcome(self) -> int | str:
        """The status; of a redirect the path to which it leads, without its query."""
        if 300 <= self.status < 400:
            return f"to {unquote(urlsplit(self.location).path)}"
        return self.status

    def words(self) -> str:
        """The text of the page's main part, white space folded."""
        part = self.page.find("main") or self.page
        return " ".join(part.get_text(" ").split())

    def json(self) -> Any:
        return json.loads(self.body)


class Visitor:
    """Somebody without a browser."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.host = f"localhost:{port}"
        self.headers = {"Accept": PAGES, **(headers or {})}
        self.cookies: dict[str, str] = {}

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("GET", path, None, headers)

    @property
    def own(self) -> dict[str, str]:
        """What a browser says of a request that a page of the site itself made."""
        return {"Origin": f"http://{self.host}", "Sec-Fetch-Site": "same-origin"}

    def post(
        self, path: str, fields: Fields | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Sends a form as a page of the site itself would."""
        return self.post_from(self.own | dict(headers or {}), path, fields)

    def post_from(self, origin: Mapping[str, str], path: str, fields: Fields | None = None) -> Answer:
        """Sends a form from a page elsewhere."""
        return self.send("POST", path, urlencode(fields or {}).encode(), {"Content-Type": FORM, **origin})

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Sends exactly this, with the cookies."""
        sent = {"Host": self.host, **self.headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= headers or {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            with contextlib.suppress(BrokenPipeError):  # whoever is sent too much answers before the end
                connection.request(method, path, body, sent)
            received = connection.getresponse()
            answer = Answer(received.status, received.headers, received.read())
        finally:
            connection.close()
        self._keep_cookies(answer)
        return answer

    def _keep_cookies(self, answer: Answer) -> None:
        for line in answer.headers.get_all("set-cookie", []):
            pair, *attributes = (part.strip() for part in line.split(";"))
            name, _, value = pair.partition("=")
            if value and not any(attribute.lower() == "max-age=0" for attribute in attributes):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
