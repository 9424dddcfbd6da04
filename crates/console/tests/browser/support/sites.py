"""Servers for one test, however many it wants."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from support.mail import Mails, mail_server
from support.site import Site, serving


class Sites:
    """Makes servers, which end with the stack."""

    def __init__(self, stack: contextlib.ExitStack, folder: Callable[[], Path]) -> None:
        self._stack, self._folder = stack, folder

    def __call__(
        self, store: str = "sqlite", *arguments: str, token: str | None = "", admin: bool = True
    ) -> Site:
        site = serving(store, self._folder(), *arguments, token=token, admin=admin)
        return self._stack.enter_context(site)

    def with_mail(self, *arguments: str) -> tuple[Site, Mails]:
        """A server that mails links, and where the mails arrive."""
        mails = self._stack.enter_context(mail_server())
        options = ["--smtp-url", mails.url, "--mail-from", "DQOps <dqops@example.com>"]
        site = self("sqlite", *options, "--public-url", "http://users.example.com", *arguments)
        return site, mails

    def without_authentication(self) -> Site:
        """A server that takes everybody for the admin."""
        return self("sqlite", "--authentication", "none")
