"""Ports that a checkout gets again in each session."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from snipproof.services.checkout_ports import listen_at, listen_for

_CHECKOUT = Path("/docs/checkout-of-this-test")


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def test_the_next_session_gets_the_same_ports() -> None:
    with closing(listen_for(_CHECKOUT, "assets")) as first, closing(listen_for(_CHECKOUT, "rest")) as other:
        before = (_port(first), _port(other))
        # A connection that lingers after the server has closed it must not take the port.
        client = socket.create_connection(first.getsockname())
        accepted, _ = first.accept()
        accepted.close()
        client.close()
    with closing(listen_for(_CHECKOUT, "assets")) as first, closing(listen_for(_CHECKOUT, "rest")) as other:
        assert (_port(first), _port(other)) == before
    assert len(set(before)) == 2


def test_sessions_side_by_side_get_different_ports_that_come_back() -> None:
    with closing(listen_for(_CHECKOUT, "assets")) as one, closing(listen_for(_CHECKOUT, "assets")) as two:
        before = [_port(one), _port(two)]
    with closing(listen_for(_CHECKOUT, "assets")) as one, closing(listen_for(_CHECKOUT, "assets")) as two:
        assert [_port(one), _port(two)] == before
    assert len(set(before)) == 2


def test_another_checkout_has_other_ports() -> None:
    with closing(listen_for(_CHECKOUT, "assets")) as one:
        port = _port(one)
    with closing(listen_for(_CHECKOUT / "other", "assets")) as other:
        assert _port(other) != port


def test_workers_of_one_session_have_ports_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def ports() -> list[int]:
        found = []
        for worker in ("gw1", "gw0"):
            monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
            with closing(listen_for(_CHECKOUT, "assets")) as one:
                found.append(_port(one))
        return found

    before = ports()
    assert len(set(before)) == 2
    assert ports() == before


def test_any_port_is_used_when_those_of_the_checkout_are_taken() -> None:
    tried = []

    def listen(port: int) -> socket.socket:
        tried.append(port)
        if port:
            raise OSError
        return listen_at(port)

    with closing(listen_for(_CHECKOUT, "assets", listen)) as listener:
        assert _port(listener)
    assert len(set(tried)) == len(tried) == 5


def test_without_a_checkout_any_port_is_used() -> None:
    with closing(listen_for(None, "assets")) as one, closing(listen_for(None, "assets")) as other:
        assert _port(one) != _port(other)
