"""The copy of the published documentation, and what is read out of it."""

import hashlib
from collections import Counter

from support.documentation import CURL, CURL_EXAMPLES, DOCUMENT, EXAMPLES, PORT, PYTHON, PYTHON_EXAMPLES

PUBLISHED = "0f6685700db0b0bf3cb399e92f356e1ba5e77905aedf3d786cca39cae68503a0"
OPERATIONS = {
    "change_caller_password",
    "change_user_password",
    "create_user",
    "delete_user",
    "get_all_users",
    "get_user",
    "update_user",
}


def test_the_copy_is_as_published() -> None:
    assert hashlib.sha256(DOCUMENT.read_bytes()).hexdigest() == PUBLISHED


def test_every_example_is_found() -> None:
    assert Counter(example.operation for example in EXAMPLES) == dict.fromkeys(OPERATIONS, 5)
    assert Counter(example.tab for example in EXAMPLES) == dict.fromkeys([CURL, *PYTHON], 7)
    assert (len(CURL_EXAMPLES), len(PYTHON_EXAMPLES)) == (7, 28)
    assert DOCUMENT.read_text(encoding="utf-8").count("### **Execution**") == 35
    assert all(f"http://localhost:{PORT}/" in example.code for example in EXAMPLES)
    assert {example.operation for example in EXAMPLES if example.sample} == {"get_user", "get_all_users"}
