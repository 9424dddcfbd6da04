"""The vendor's side: licences signed with the private half of the key that the binary pins."""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta

from support import settings
from support.ed25519 import sign

NEVER = None
LAPSED = "2026-02-01T00:00:00Z"


def licence(
    kind: str = "ENTERPRISE",
    seats: int = 10_000,
    expires: str | None = NEVER,
    issued: str = "2026-01-01T00:00:00Z",
    customer: str = "ACME",
) -> str:
    """A licence token; of two, the one issued later counts at the start of a server."""
    claims = {
        "id": str(uuid.uuid4()),
        "type": kind,
        "seats": seats,
        "issuedAt": issued,
        "expiresAt": expires,
        "customer": customer,
        "limits": {},
    }
    payload = json.dumps(claims).encode()
    seed = base64.b64decode(settings.vendor_key())
    signature = sign(seed, b"dqops-users licence v1\0" + payload)
    return f"dqul1.{_encoded(payload)}.{_encoded(signature)}"


def in_days(days: int) -> str:
    """A moment from now, as licences write it."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
