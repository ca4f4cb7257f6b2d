"""The address of a running Weaviate, and the REST calls that snipproof makes itself."""

from __future__ import annotations

import ipaddress
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

from snipproof.errors import InfrastructureError

MARK = "made by snipproof"
"""The beginning of the description of every collection that we may drop, even on a server given by its address."""

SILENCE = 10.0
"""Seconds without a byte, from the liveness address too, after which a server counts as frozen."""

_QUIET = 2.0  # seconds for which a response may be outstanding before the liveness address is tried
_LONGEST = 300.0  # seconds that one response of a server may take that is alive

T = TypeVar("T")


class UnexpectedResponseError(InfrastructureError):
    """The server answers, with an error."""


class FrozenServerError(InfrastructureError):
    """The server accepts connections, and no byte comes from it any more."""


@dataclass(slots=True)
class Health:
    """What is known of a running server: the error that ends the session, once it is frozen."""

    error: FrozenServerError | None = None


@dataclass(frozen=True, slots=True)
class WeaviateAddress:
    """Where a Weaviate answers, its version, and the mode that was chosen, with the reason.

    ``key`` is the API key of snipproof's own requests, ``""`` if none is needed. ``others`` are the further nodes of a
    cluster. ``health`` is shared by all copies of an address.
    """

    host: str
    port: int
    grpc_host: str
    grpc_port: int
    version: str
    mode: str
    reason: str
    scheme: str = "http"
    key: str = field(default="", repr=False)
    others: tuple[WeaviateAddress, ...] = ()
    health: Health = field(default_factory=Health, compare=False, repr=False)

    @property
    def nodes(self) -> tuple[WeaviateAddress, ...]:
        """The addresses of all nodes, this one first."""
        return (self, *self.others)

    @property
    def url(self) -> str:
        """The REST address, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def is_private(host: str) -> bool:
    """Return whether ``host`` is this machine or in a private network, which no proxy leads to."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def request(method: str, url: str, *, body: Any = None, timeout: float = 60, key: str = "") -> requests.Response:
    """Send one HTTP request; private addresses ignore the proxies and the ``.netrc`` of the environment.

    :param body: a value for JSON, or JSON as bytes.
    :param timeout: seconds.
    :param key: the API key, ``""`` for none.
    :raises requests.RequestException: there is no response.
    """
    with requests.Session() as session:
        session.trust_env = not is_private(urlsplit(url).hostname or "")
        if key:
            session.headers["Authorization"] = f"Bearer {key}"
            session.auth = _keep_header  # else an entry in the ``.netrc`` of the user takes its place
        if isinstance(body, bytes):
            headers = {"Content-Type": "application/json"}
            return session.request(method, url, data=body, headers=headers, timeout=timeout)
        return session.request(method, url, json=body, timeout=timeout)


def _keep_header(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared


def call(address: WeaviateAddress, method: str, path: str, body: Any = None) -> Any:
    """Make one REST call and return the JSON of the response, ``None`` for an empty one.

    :raises UnexpectedResponseError: the server reports an error.
    :raises FrozenServerError: it is frozen; each further call raises that at once.
    :raises InfrastructureError: it does not answer.
    """
    response = respond(address, method, path, body)
    if not response.ok:
        raise UnexpectedResponseError(f"Weaviate: {method} {path}: {response.status_code} {response.text[:500]}")
    return response.json() if response.content else None


def respond(address: WeaviateAddress, method: str, path: str, body: Any = None) -> requests.Response:
    """Make one REST call and return the response, whatever its status is.

    A server that is merely slow has all the time it needs, as long as its liveness address answers.

    :raises InfrastructureError: there is no response.
    :raises FrozenServerError: the server is frozen; each further call raises that at once.
    """
    if address.health.error:
        raise address.health.error
    url, key = f"{address.url}{path}", address.key
    response = _in_background(lambda: request(method, url, body=body, timeout=_LONGEST, key=key))
    wait([response], _QUIET)
    while not response.done():
        live = _in_background(lambda: request("GET", f"{address.url}/v1/.well-known/live", timeout=SILENCE))
        wait([response, live], return_when=FIRST_COMPLETED)
        if not response.done() and isinstance(live.exception(), requests.Timeout):
            address.health.error = FrozenServerError(
                f"Weaviate at {address.url} is frozen: no byte came from it for {SILENCE:g} s, "
                "from its liveness address neither",
                "nothing more is proven on it in this session; if it is a server of your own, restart it",
            )
            raise address.health.error
        wait([response], _QUIET)
    try:
        return response.result()
    except requests.RequestException as error:
        raise InfrastructureError(f"Weaviate at {address.url} does not answer: {error}") from None


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make calls side by side, so that a slow server is waited for once; return their results.

    :raises InfrastructureError: one of them raised it.
    """
    return [result.result() for result in [_in_background(each) for each in calls]]


def store(address: WeaviateAddress, objects: Sequence[Mapping[str, Any]]) -> list[str]:
    """Store objects in the form of the REST API; return an error for each, ``""`` for those that were stored.

    :raises InfrastructureError: the server does not answer, or rejects the whole request.
    """
    if not objects:
        return []
    results = [each.get("result") or {} for each in call(address, "POST", "/v1/batch/objects", {"objects": objects})]
    return [json.dumps(result["errors"]) if result.get("errors") else "" for result in results]


def _in_background(work: Callable[[], T]) -> Future[T]:
    """Run ``work`` in a thread that this process does not wait for at its end."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except Exception as error:  # noqa: BLE001 (raised where the result is read)
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result
