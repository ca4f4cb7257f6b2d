"""Sends a request to the provider itself, from this process: for `record` and `live` only."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from snipproof.services.providers.exchange import ProblemError, Request, Response
from snipproof.services.providers.modes import Mode
from snipproof.services.weaviate.server import is_private

_TIMEOUT = 120.0  # seconds
# Those of one connection (RFC 9110, section 7.6.1), and those that depend on how the body is sent.
_NOT_SENT = frozenset(
    "connection keep-alive proxy-connection te trailer transfer-encoding upgrade host content-length "  # noqa: SIM905
    "accept-encoding expect".split()
)


def contact(request: Request, mode: Mode) -> Response:
    """Return the provider's response to ``request``, with its JSON, or its bytes if they are something else.

    :raises ProblemError: there is no response.
    """
    port = "" if request.port in (80, 443) else f":{request.port}"
    origin = mode.target or f"{'http' if request.port == 80 else 'https'}://{request.host}{port}"
    url = f"{origin}{request.path}{'?' if request.query else ''}{request.query}"
    headers = {name: value for name, value in request.headers.items() if name not in _NOT_SENT}
    try:
        with requests.Session() as session:
            session.trust_env = not is_private(urlsplit(origin).hostname or "")
            session.headers.clear()
            response = session.request(
                request.method,
                url,
                headers=headers,
                data=request.data or None,
                timeout=_TIMEOUT,
                allow_redirects=False,
                auth=lambda prepared: prepared,  # not that of a .netrc
            )
    except requests.RequestException as error:
        raise ProblemError(f"{mode.kind}: {request.host} does not answer: {type(error).__name__}") from None
    kind = response.headers.get("Content-Type", "application/octet-stream")
    limits = {name.lower(): value for name, value in response.headers.items() if _is_limit(name.lower())}
    if kind.startswith("application/json"):
        try:
            return Response(response.status_code, response.json(), headers=limits)
        except ValueError:
            pass
    return Response(response.status_code, response.content, kind, limits)


def _is_limit(name: str) -> bool:
    return name.startswith("x-ratelimit-") or name == "retry-after"
