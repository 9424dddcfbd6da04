"""The unmodified generated client, whichever version is installed, and what that version offers."""

import asyncio
import importlib
import importlib.metadata
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

from dqops import client
from dqops.client import errors, models

from support.directory import Directory

VERSION = importlib.metadata.version("dqops")

READS = ("get_all_users", "get_user", "issue_api_key", "get_user_profile")
WRITES = ("create_user", "update_user", "delete_user", "change_user_password", "change_caller_password")
FORMS = ("sync", "sync_detailed", "asyncio", "asyncio_detailed")
DETAILED = ("sync_detailed", "asyncio_detailed")

# Version 1 dropped `sync` and `asyncio` where nothing comes back, and renamed the model of a user.
FORMS_OF_WRITES = {"0.4.1": FORMS, "1.13.1": DETAILED}[VERSION]
USER_MODEL = {"0.4.1": "DqoCloudUserModel", "1.13.1": "DqoUserRolesModel"}[VERSION]

UserModel: Any = getattr(models, USER_MODEL)
UserRole: Any = models.DqoUserRole
UnexpectedStatus: Any = errors.UnexpectedStatus


def module_of(operation: str) -> ModuleType:
    """The module of an operation."""
    group = "environment" if operation in ("issue_api_key", "get_user_profile") else "users"
    return importlib.import_module(f"dqops.client.api.{group}.{operation}")


class Generated:
    """Calls a directory as a user's program would: with credentials where the server asks for them."""

    def __init__(self, directory: Directory, *, raising: bool = False) -> None:
        self._base_url = directory.base_url
        self._api_key = directory.api_key
        self._raising = raising

    def with_key(self, api_key: str | None) -> "Generated":
        """The same with another API key, or with none."""
        other = Generated.__new__(Generated)
        other._base_url, other._api_key, other._raising = self._base_url, api_key, self._raising
        return other

    def client(self) -> Any:
        """A client of the class that fits."""
        if self._api_key is None:
            return client.Client(self._base_url, raise_on_unexpected_status=self._raising)
        return client.AuthenticatedClient(
            self._base_url, token=self._api_key, raise_on_unexpected_status=self._raising
        )

    def call(self, operation: str, form: str, *arguments: Any, **keywords: Any) -> Any:
        """Calls one form of an operation on a client of its own."""
        function = getattr(module_of(operation), form)
        if form.startswith("asyncio"):
            return asyncio.run(self._call_async(function, *arguments, **keywords))
        with self.client() as opened:
            return function(*arguments, client=opened, **keywords)

    async def _call_async(
        self, function: Callable[..., Awaitable[Any]], *arguments: Any, **keywords: Any
    ) -> Any:
        async with self.client() as opened:
            return await function(*arguments, client=opened, **keywords)

    def parsed(self, operation: str, form: str, status: int, *arguments: Any, **keywords: Any) -> Any:
        """Calls, checks the status where the form tells it, and gives what the client made of it."""
        result = self.call(operation, form, *arguments, **keywords)
        if form not in DETAILED:
            return result
        assert result.status_code == status, result.content
        return result.parsed


def user(email: str, role: str) -> Any:
    """The client's own model of a user."""
    return UserModel(email=email, account_role=UserRole(role))
