"""Whether the servers of an open session still answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from snipproof.services.weaviate.server import request

if TYPE_CHECKING:
    from snipproof.pytest_plugin.session import ProvingSession


def sick_server(proving: ProvingSession, timeout: float) -> str:
    """Return which server does not answer any more and why, ``""`` if all of them do.

    :param timeout: seconds that each of them has.
    """
    for name, address in proving.prover.services.servers.items():
        if address.health.error:
            return f"{name}: {address.health.error.message}"
        try:
            request("GET", f"{address.url}/v1/.well-known/live", timeout=timeout)
        except requests.Timeout:
            return f"{name}: the server at {address.url} is frozen"
        except requests.RequestException:
            return f"{name}: the server at {address.url} has ended"
    return ""


def renewals(proving: ProvingSession) -> int:
    """Return how often a server of the session was replaced by a fresh one."""
    return sum(each.renewals for each in proving.prover.services.renewable.values())
