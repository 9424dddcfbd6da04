"""The documentation's curl examples, in a real shell, verbatim but for Windows' line continuation."""

import json
import subprocess

import pytest

from support.directory import Directory
from support.documentation import CURL_EXAMPLES, PASSWORDS, SAMPLE_EMAIL, Example, arrange, outcome

STATUS = {
    "get_all_users": 200,
    "get_user": 200,
    "create_user": 201,
    "update_user": 204,
    "delete_user": 204,
    "change_user_password": 204,
    "change_caller_password": 204,
}

in_both_modes = pytest.mark.parametrize("documented", ["none", "required"], indirect=True)


def command(example: Example, documented: Directory) -> str:
    """The example for this shell, with the API key where one is needed."""
    text = example.code.replace("^\n", "\\\n").rstrip()
    assert "^" not in text
    if documented.api_key is not None:
        text += f' -H "Authorization: Bearer {documented.api_key}"'
    return text


def shell(text: str) -> str:
    """Runs it and gives what it printed."""
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def status(text: str) -> int:
    """Runs it for the status alone."""
    return int(shell(f"{text} -s -o /dev/null -w '%{{http_code}}'"))


@in_both_modes
@pytest.mark.parametrize("example", CURL_EXAMPLES, ids=lambda example: example.operation)
def test_an_example_works(documented: Directory, example: Example) -> None:
    documented.reset(arrange(example.operation))
    target = documented.owner if example.operation == "change_caller_password" else SAMPLE_EMAIL
    before = documented.password_hash(target)
    assert status(command(example, documented)) == STATUS[example.operation]
    assert documented.holds(outcome(example.operation))
    after = documented.password_hash(target)
    assert (after != before) == (example.operation in PASSWORDS)


@in_both_modes
@pytest.mark.parametrize(
    "example", [one for one in CURL_EXAMPLES if one.sample], ids=lambda example: example.operation
)
def test_an_example_prints_its_sample(documented: Directory, example: Example) -> None:
    documented.reset(arrange(example.operation))
    printed = json.loads(shell(command(example, documented)))
    sample = json.loads(example.sample or "")
    if example.operation == "get_user":
        assert printed == sample
    else:
        # The sample shows one user three times, which no directory can hold.
        assert printed == [{"email": documented.owner, "accountRole": "admin"}, sample[0]]


@pytest.mark.parametrize("documented", ["required"], indirect=True)
@pytest.mark.parametrize("example", CURL_EXAMPLES, ids=lambda example: example.operation)
def test_an_example_needs_a_key_where_one_is_asked_for(documented: Directory, example: Example) -> None:
    users = arrange(example.operation)
    documented.reset(users)
    text = command(example, documented).replace(f"Bearer {documented.api_key}", "Bearer wrong")
    assert status(text) == 401
    assert documented.holds(users)
