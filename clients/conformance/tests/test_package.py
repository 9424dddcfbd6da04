"""Which package is tested: the published one, unmodified, with what it asks for."""

import base64
import hashlib
import importlib.metadata
import inspect

import pytest
from dqops.client import models
from packaging.requirements import Requirement

from support.generated import (
    DETAILED,
    FORMS,
    FORMS_OF_WRITES,
    READS,
    USER_MODEL,
    VERSION,
    WRITES,
    module_of,
)

IMPORTED = ("httpx", "attrs", "python-dateutil")


def test_every_file_of_the_client_is_as_published() -> None:
    checked = 0
    for file in importlib.metadata.files("dqops") or []:
        if file.parts[0] == "dqops" and file.suffix == ".py":
            assert file.hash is not None, file
            assert file.hash.mode == "sha256"
            digest = hashlib.sha256(file.read_binary()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == file.hash.value, file
            checked += 1
    assert checked > 500


@pytest.mark.parametrize("name", IMPORTED)
def test_what_the_client_imports_is_a_version_that_it_asks_for(name: str) -> None:
    wanted = [Requirement(text) for text in importlib.metadata.requires("dqops") or []]
    (requirement,) = [one for one in wanted if one.name == name]
    assert importlib.metadata.version(name) in requirement.specifier


@pytest.mark.parametrize("operation", READS + WRITES)
def test_forms_of_an_operation(operation: str) -> None:
    there = tuple(form for form in FORMS if hasattr(module_of(operation), form))
    assert there == (FORMS if operation in READS else FORMS_OF_WRITES)
    if VERSION == "1.13.1" and operation in WRITES:
        assert there == DETAILED, "version 1 dropped the others"


def test_name_of_the_user_model() -> None:
    names = {"DqoCloudUserModel", "DqoUserRolesModel"}
    assert {name for name in names if hasattr(models, name)} == {USER_MODEL}


@pytest.mark.parametrize("operation", ["change_user_password", "change_caller_password"])
def test_password_functions_have_no_parameter_for_the_password(operation: str) -> None:
    expected = {"client", "email"} if operation == "change_user_password" else {"client"}
    for form in FORMS_OF_WRITES:
        function = getattr(module_of(operation), form)
        assert set(inspect.signature(function).parameters) == expected
