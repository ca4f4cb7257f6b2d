"""What is kept of a request to a provider and of its response: nothing of an account, of a time, or a key."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

_KEY_NAMES = re.compile(r"key|token|secret|sig(?:nature)?$|auth|cookie|password|credential", re.IGNORECASE)
_KEY_MEMBER = re.compile(r"(?:x_)?api_?key|access_?token|auth_?token|(?:client_?)?secret|password", re.IGNORECASE)
_ACCOUNT_NAMES = re.compile(r"organi[sz]ation|project|account|subscription|tenant|^user$", re.IGNORECASE)
# Members of bodies that differ with each response or account, wherever they stand, and those only at the top.
_VARYING = frozenset(
    "request_id requestId response_id responseId x_request_id system_fingerprint organization organization_id "  # noqa: SIM905
    "org_id account account_id project_id trace_id traceId".split()
)
_VARYING_AT_TOP = frozenset(
    "id created created_at createTime load_duration total_duration eval_duration prompt_eval_duration latency".split()  # noqa: SIM905
)
REMOVED = "removed"
_ENCODED = re.compile(r"(?:data:[^,]{0,200},)?[A-Za-z0-9+/_=-]{1000,}")


def clean_query(query: str) -> str:
    """Return a query without keys, its parameters sorted."""
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _KEY_NAMES.search(name)]
    return urlencode(sorted(kept))


def normalised(body: Any) -> Any:
    """Return the body of a request as it is compared and kept.

    Members that name the account's user are left out. A long text in base64, such as a picture, becomes its checksum.
    """
    if isinstance(body, dict):
        return {key: normalised(value) for key, value in body.items() if key != "user"}
    if isinstance(body, list):
        return [normalised(value) for value in body]
    if isinstance(body, str) and _ENCODED.fullmatch(body):
        return f"sha256:{hashlib.sha256(body.encode()).hexdigest()} ({len(body)} characters)"
    if isinstance(body, float) and body.is_integer():
        return int(body)
    return body


def cleaned(body: Any, *, top: bool = True) -> Any:
    """Return the body of a response without what differs with each response or account: members keep their type."""
    if isinstance(body, list):
        return [cleaned(value, top=False) for value in body]
    if not isinstance(body, dict):
        return body
    return {
        key: _neutral(value) if key in _VARYING or (top and key in _VARYING_AT_TOP) else cleaned(value, top=False)
        for key, value in body.items()
    }


def keys_of(headers: Mapping[str, str], query: str, body: Any = None) -> dict[str, str]:
    """Return the keys and names of accounts that a request holds, by the names of headers, parameters or members."""
    members = body.items() if isinstance(body, dict) else ()
    found = {name: value for name, value in members if _KEY_MEMBER.fullmatch(name) and isinstance(value, str)}
    for name, value in (*headers.items(), *parse_qsl(query)):
        if _KEY_NAMES.search(name) or _ACCOUNT_NAMES.search(name):
            found[name] = re.sub(r"^(?:Bearer|Basic|Token|Key)\s+", "", value.strip(), flags=re.IGNORECASE)
    return found


def canonical(value: Any) -> str:
    """Return JSON in one form for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _neutral(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    return 0 if isinstance(value, int | float) else REMOVED
