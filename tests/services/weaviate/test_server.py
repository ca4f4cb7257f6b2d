"""The address of a server, and calls to one that is slow, frozen or gone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from tests.support.services import local_address

from snipproof.errors import InfrastructureError
from snipproof.processes import lock
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.http_server import HttpServer
from snipproof.services.weaviate import server
from snipproof.services.weaviate.claim import claimed
from snipproof.services.weaviate.server import FrozenServerError, WeaviateAddress, call


def test_an_ipv6_address_keeps_its_brackets() -> None:
    """Without them, clients could not find the port."""
    assert WeaviateAddress("::1", 8080, "::1", 50051, "", "url", "").url == "http://[::1]:8080"


@contextmanager
def stand_in(answer_after: float, live_after: float, *, live_status: int = 200) -> Iterator[WeaviateAddress]:
    """Return the address of a server that takes so many seconds, for its liveness address and for all others."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            live = self.path == "/v1/.well-known/live"
            time.sleep(live_after if live else answer_after)
            self.send_response(live_status if live else 200)
            self.end_headers()
            self.wfile.write(b"" if live else b"[1]")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
            pass

    running = HttpServer(Handler)
    yield local_address(running.port)
    running.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the seconds of these tests as tens of seconds."""
    monkeypatch.setattr(server, "SILENCE", 0.6)
    monkeypatch.setattr(server, "_QUIET", 0.1)


@pytest.mark.usefixtures("impatient")
def test_a_frozen_server_is_waited_for_once() -> None:
    """Later calls with the same address, or a copy of it, fail at once."""
    with stand_in(3, 3) as address:
        for expected in (0.6, 0):
            began = time.monotonic()
            with pytest.raises(FrozenServerError, match="is frozen: no byte came from it for"):
                call(address, "GET", "/v1/schema")
            assert expected <= time.monotonic() - began < 2


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("live_after", "live_status"), [(0, 200), (0.3, 200), (0, 503), (0, 404)])
def test_a_server_that_is_merely_slow_is_not_frozen(live_after: float, live_status: int) -> None:
    """Its liveness address answers, with whatever status, so the call may take as long as it needs."""
    with stand_in(1.5, live_after, live_status=live_status) as address:
        assert call(address, "GET", "/v1/schema") == [1]


@pytest.mark.usefixtures("impatient")
def test_a_response_that_comes_just_in_time_counts() -> None:
    """The liveness address is silent, but the call itself is answered."""
    with stand_in(0.4, 3) as address:
        assert call(address, "GET", "/v1/schema") == [1]


def test_a_server_that_is_gone_is_not_frozen() -> None:
    """It may come back, so the next call tries again."""
    with stand_in(0, 0) as address:
        pass
    with pytest.raises(InfrastructureError, match="does not answer") as caught:
        call(address, "GET", "/v1/schema")
    assert not isinstance(caught.value, FrozenServerError)
    assert address.health.error is None


def test_the_key_is_sent_and_never_shown() -> None:
    seen: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            self.send_response(403)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
            pass

    running = HttpServer(Handler)
    address = replace(local_address(running.port), key="my-secret-key")
    with pytest.raises(InfrastructureError) as error:
        call(address, "GET", "/v1/schema")
    running.stop()
    assert seen == ["Bearer my-secret-key"]
    assert "my-secret-key" not in f"{address!r} {error.value}"


def test_a_server_is_used_by_one_session_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one waits, and a line names the process that it waits for; other servers are free."""
    monkeypatch.setattr(lock, "_PATIENCE", 0.1)
    address, logged = local_address(5), list[str]()

    class WaitedError(Exception):
        pass

    def log(line: str) -> None:
        logged.append(line)
        raise WaitedError

    with SessionFolder.begin(tmp_path) as first, SessionFolder.begin(tmp_path) as second:
        with claimed(address, first, log):
            with claimed(local_address(6), second, log):
                pass
            with pytest.raises(WaitedError), claimed(address, second, log):
                pass
        with claimed(address, second, log):
            pass
    (line,) = logged
    assert line == f"waiting for Weaviate at http://127.0.0.1:5, which process {os.getpid()} is using"
