"""Chromium over WebDriver: one profile that is emptied between tests, what it logs, and what it pretends."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from support import settings

ARGUMENTS = (
    "--headless=new",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # Nothing outside of this machine is reached, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--force-prefers-reduced-motion",
    "--window-size=1280,900",
    "--lang=en-GB",
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """A request that the browser sent."""

    url: str
    method: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


class Browser:
    """A browser with a profile of its own."""

    def __init__(self, *, javascript: bool) -> None:
        self.javascript = javascript
        options = webdriver.ChromeOptions()
        options.binary_location = settings.found(settings.BROWSERS) or ""
        for argument in ARGUMENTS:
            options.add_argument(argument)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # Chromium's sandbox does not work for root.
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        preferences: Json = {"credentials_enable_service": False, "profile.password_manager_enabled": False}
        if not javascript:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        service = webdriver.ChromeService(executable_path=settings.found(settings.DRIVERS) or "")
        self.driver = webdriver.Chrome(options=options, service=service)
        self._events: list[Json] = []

    def quit(self) -> None:
        self.driver.quit()

    def empty(self) -> None:
        """Forgets everything: cookies, storage, cache, emulation and logs."""
        handles = self.driver.window_handles
        for handle in handles[1:]:
            self.driver.switch_to.window(handle)
            self.driver.close()
        self.driver.switch_to.window(handles[0])
        self.driver.get("about:blank")
        for command in ("Network.clearBrowserCookies", "Network.clearBrowserCache"):
            self.cdp(command)
        self.cdp("Storage.clearDataForOrigin", origin="*", storageTypes="all")
        self.size(1280, 900)
        self.scheme("light")
        self.cdp("Emulation.setTimezoneOverride", timezoneId="")
        self.console()
        self.forget_events()

    def cdp(self, command: str, **parameters: Any) -> Json:
        """A command of the Chrome DevTools Protocol."""
        return dict(self.driver.execute_cdp_cmd(command, parameters))

    def script(self, text: str, *arguments: Any) -> Any:
        """Runs a script beside the page's own; works without JavaScript as well, if it is synchronous."""
        return self.driver.execute_script(text, *arguments)

    def find(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    # What the reader's device is like.

    def size(self, width: int, height: int = 900) -> None:
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def scheme(self, scheme: str) -> None:
        """`light` or `dark`."""
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def timezone(self, name: str) -> None:
        self.cdp("Emulation.setTimezoneOverride", timezoneId=name)

    def set_cookie(self, url: str, name: str, value: str) -> None:
        self.cdp("Network.setCookie", url=url, name=name, value=value, httpOnly=True, sameSite="Lax")

    # What happened.

    def status(self) -> int:
        """The HTTP status of the page that is shown."""
        return int(self.script("return performance.getEntriesByType('navigation')[0].responseStatus"))

    def console(self) -> list[Json]:
        """What was logged since the last call, from warnings on."""
        return [line for line in self._log("browser") if line["level"] in ("WARNING", "SEVERE")]

    def events(self, method: str) -> Iterator[Json]:
        """The parameters of the events of that kind since they were last forgotten."""
        for line in self._log("performance"):
            self._events.append(json.loads(line["message"])["message"])
        return (event["params"] for event in self._events if event["method"] == method)

    def forget_events(self) -> None:
        self._log("performance")
        self._events.clear()

    def _log(self, kind: str) -> list[Json]:
        return list(self.driver.get_log(kind))  # type: ignore[no-untyped-call]

    def requests(self) -> list[Request]:
        """What was asked for since events were last forgotten."""
        sent = (event["request"] for event in self.events("Network.requestWillBeSent"))
        return [Request(request["url"], request["method"]) for request in sent]

    def screenshot(self) -> str:
        """The whole page as a PNG in base64."""
        height = int(self.script("return document.documentElement.scrollHeight"))
        width = int(self.script("return innerWidth"))
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, 8000), "scale": 1}
        return str(self.cdp("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"])
