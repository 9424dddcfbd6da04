"""The documentation's Python examples, verbatim but for the token, with the unmodified client."""

import pytest
from dqops.client import models

from support.directory import Directory
from support.documentation import (
    ASYNC,
    PASSWORDS,
    PYTHON_EXAMPLES,
    SYNC,
    arrange,
    outcome,
    python_example,
    run_python,
)
from support.generated import READS, USER_MODEL, VERSION, UserModel, user

OPERATIONS = sorted({example.operation for example in PYTHON_EXAMPLES})
RUNNING = [
    operation
    for operation in OPERATIONS
    if operation in READS or (VERSION == "0.4.1" and operation not in PASSWORDS)
]
FAILING = [operation for operation in OPERATIONS if operation not in RUNNING]
RENAMED = "DqoCloudUserModel"

# Without a key on a server that asks for none, and with one on a server that does.
in_both_modes = pytest.mark.parametrize("documented", ["none", "required"], indirect=True)
of_both_kinds = pytest.mark.parametrize("kind", [SYNC, ASYNC])


def test_which_run() -> None:
    assert len(PYTHON_EXAMPLES) == 4 * len(OPERATIONS) == 28
    failing = {"0.4.1": set(PASSWORDS), "1.13.1": set(OPERATIONS) - {"get_user", "get_all_users"}}
    assert set(FAILING) == failing[VERSION]


@in_both_modes
@of_both_kinds
@pytest.mark.parametrize("operation", RUNNING)
def test_an_example_works(documented: Directory, kind: str, operation: str) -> None:
    example = python_example(operation, kind, documented.api_key)
    documented.reset(arrange(operation))
    result = run_python(example.code, documented.api_key)["call_result"]
    assert documented.holds(outcome(operation))
    if operation not in READS:
        assert result is None, "0.4.1 knows only 200 with an object, and gives nothing for 201 and 204"
        return
    assert example.sample is not None
    sample = eval(example.sample, {RENAMED: UserModel, "DqoUserRole": models.DqoUserRole})
    if operation == "get_user":
        assert result == sample
    else:
        # The sample shows one user three times, which no directory can hold.
        assert result == [user(documented.owner, "admin"), sample[0]]


@in_both_modes
@of_both_kinds
@pytest.mark.parametrize("operation", FAILING)
def test_an_example_that_this_client_cannot_run(documented: Directory, kind: str, operation: str) -> None:
    example = python_example(operation, kind, documented.api_key)
    documented.reset(arrange(operation))
    before = documented.password_hash(documented.owner)

    def fails(code: str, error: type[Exception], says: str) -> None:
        with pytest.raises(error, match=says):
            run_python(code, documented.api_key)

    if VERSION == "0.4.1":
        fails(example.code, TypeError, "unexpected keyword argument 'json_body'")
    else:
        code = example.code
        if RENAMED in code:
            fails(code, ImportError, f"cannot import name '{RENAMED}'")
            code = code.replace(RENAMED, USER_MODEL)  # which alone does not help:
        fails(code, AttributeError, f"has no attribute '{'sync' if kind == SYNC else 'asyncio'}'")
    assert documented.holds(arrange(operation))
    assert documented.password_hash(documented.owner) == before
