"""What schemathesis checks beside its own checks: nothing internal is in any body."""

import pathlib
import re
import tempfile

import schemathesis

# Folders of this machine, in which the server, its data and its source stand.
SOURCE = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = {str(path) for path in (pathlib.Path.home(), SOURCE, tempfile.gettempdir()) if str(path) != "/"}

# Parts of statements, of paths, of types and of messages that only the inside of the server knows.
INTERNAL = re.compile(
    rb"sqlx|sqlite|postgres|panick|backtrace|\.rs:\d|SELECT |INSERT |UPDATE users|DELETE FROM"
    rb"|users\.db|\$argon2|stack overflow|RUST_|" + "|".join(map(re.escape, sorted(FOLDERS))).encode(),
    re.IGNORECASE,
)


@schemathesis.check
def nothing_internal(ctx, response, case):
    """A body holds nothing that only the inside of the server knows, unless it was sent there: a user may be called so."""
    for found in INTERNAL.finditer(response.content):
        sent = repr((case.path_parameters, case.query, case.headers, case.body)).encode()
        stored = case.operation.method.upper() == "GET" and response.status_code == 200 and found[0].isalpha()
        if found[0].lower() not in sent.lower() and not stored:
            raise AssertionError(f"the body holds {found[0]!r}: {response.content!r}")
