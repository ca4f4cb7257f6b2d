"""What a protocol is: the hosts that speak it, and a function for each path."""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from snipproof.services.providers.exchange import Request, Response
from snipproof.services.providers.models import Models

Answer = Callable[[Request, Models], "Response | dict[str, Any] | list[Any]"]
"""Answers a request: JSON with the status 200, or another Response. Raises BadRequestError."""


class Route(NamedTuple):
    """Which requests a function answers: those whose whole path matches the regular expression."""

    path: str
    answer: Answer
    method: str = "POST"


class Protocol(NamedTuple):
    """A protocol of one provider or of several.

    ``hosts`` are globs, ``ports`` those that docs show beside 443 for TLS. An error is an object with a message, unless
    ``plain_errors``: then it is the message itself.
    """

    name: str
    hosts: tuple[str, ...]
    routes: tuple[Route, ...]
    ports: tuple[int, ...] = ()
    plain_errors: bool = False

    def speaks(self, host: str) -> bool:
        """Return whether ``host``, in lower case, speaks this protocol."""
        return any(fnmatchcase(host, pattern) for pattern in self.hosts)

    def route(self, request: Request) -> Route | None:
        """Return the route of ``request``, if this protocol has one."""
        for route in self.routes:
            if route.method == request.method and re.fullmatch(route.path, request.path):
                return route
        return None
