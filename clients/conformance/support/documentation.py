"""The usage examples of the published documentation, as they stand there."""

import ast
import asyncio
import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[1] / "users-operations.md"
PORT = 8888
SAMPLE_TOKEN = "s4mp13_4u7h_70k3n"
SAMPLE_EMAIL = "sample_user@mail.com"

CURL = "curl"
SYNC, ASYNC = "sync", "async"
PYTHON = tuple(f"Python {start}{kind} client" for start in ("", "auth ") for kind in (SYNC, ASYNC))
PASSWORDS = ("change_caller_password", "change_user_password")

_OPERATION = re.compile(r"^## (\w+)$", re.MULTILINE)
_TAB = re.compile(r'^=== "(.+)"$', re.MULTILINE)
_BLOCK = re.compile(r"^ {4}```(\w+)\n(.*?)^ {4}```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One example: what to run, and the sample of what comes back if there is one."""

    operation: str
    tab: str
    code: str
    sample: str | None


def run_python(code: str, api_key: str | None) -> dict[str, Any]:
    """Runs an example, a real key in place of the sample's, closes its client and gives its names."""
    if api_key is not None:
        assert code.count(SAMPLE_TOKEN) == 1
        code = code.replace(SAMPLE_TOKEN, api_key)
    compiled = compile(code, "<example>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names: dict[str, Any] = {}
    if compiled.co_flags & inspect.CO_COROUTINE:
        asyncio.run(_run_async(compiled, names))
        return names
    try:
        eval(compiled, names)
    finally:
        if "dqops_client" in names:
            names["dqops_client"].get_httpx_client().close()
    return names


async def _run_async(compiled: Any, names: dict[str, Any]) -> None:
    try:
        await eval(compiled, names)
    finally:
        if "dqops_client" in names:
            await names["dqops_client"].get_async_httpx_client().aclose()


def examples() -> list[Example]:
    """All of them, in the document's order."""
    found = []
    for operation, section in _split(_OPERATION, DOCUMENT.read_text(encoding="utf-8")):
        for tab, text in _split(_TAB, section):
            blocks = [_dedent(block[2]) for block in _BLOCK.finditer(text)]
            found.append(Example(operation, tab, blocks[0], blocks[1] if blocks[1:] else None))
    return found


def _split(heading: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    """What stands under each heading."""
    _, *parts = heading.split(text)
    return list(zip(parts[::2], parts[1::2], strict=True))


def _dedent(block: str) -> str:
    """Takes one level of Markdown's indentation away: four blanks or a tab."""
    return re.sub(r"^(?: {4}|\t)", "", block, flags=re.MULTILINE)


EXAMPLES = examples()
CURL_EXAMPLES = [example for example in EXAMPLES if example.tab == CURL]
PYTHON_EXAMPLES = [example for example in EXAMPLES if example.tab in PYTHON]


def python_example(operation: str, kind: str, api_key: str | None) -> Example:
    """The example of an operation, without a key or with one."""
    tab = f"Python {kind} client" if api_key is None else f"Python auth {kind} client"
    (found,) = [one for one in EXAMPLES if (one.operation, one.tab) == (operation, tab)]
    return found


def arrange(operation: str) -> dict[str, str]:
    """The users that an example finds, beside the owner."""
    return {"create_user": {}, "update_user": {SAMPLE_EMAIL: "viewer"}}.get(
        operation, {SAMPLE_EMAIL: "operator"}
    )


def outcome(operation: str) -> dict[str, str]:
    """The users that an example leaves when it works."""
    return {} if operation == "delete_user" else {SAMPLE_EMAIL: "operator"}
