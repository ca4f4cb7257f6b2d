"""A server of ours that ends, or freezes, while a Source runs."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path

import psutil
import pytest
from tests.support.processes import living
from tests.support.stored import content, fill

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import RUN_VARIABLE, SessionFolder
from snipproof.services.weaviate import server
from snipproof.services.weaviate.embedded import EmbeddedWeaviate
from snipproof.services.weaviate.renewable import RenewableServer
from snipproof.services.weaviate.state import State


@pytest.mark.parametrize(
    ("number", "message"),
    [(signal.SIGKILL, "does not answer: "), (signal.SIGSTOP, "is frozen: no byte came from it")],
    ids=["ended", "frozen"],
)
def test_it_is_an_error_of_that_source_alone(
    tmp_path: Path,
    binary: Path,
    session: SessionFolder,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    message: str,
) -> None:
    """The next Source finds everything on a fresh server at the same address."""
    monkeypatch.setattr(server, "SILENCE", 0.5)
    settings = tmp_path / "snipproof.toml"
    settings.write_text('[weaviate]\nmode = "embedded"\n[weaviate.env]\nENABLE_MODULES = ""\n')
    start = partial(EmbeddedWeaviate.start, binary, load_settings(tmp_path), session, "", "", lambda _: None)
    ours = RenewableServer("weaviate", start(), start, session, lambda _: None, lambda _: None)
    address = ours.address
    try:
        state = State(address, ours)
        state.keep(fill)
        state.mark()
        before = content(address)

        def is_server(process: psutil.Process) -> bool:
            return process.environ().get(RUN_VARIABLE) == session.id and process.name().startswith("weaviate")

        (running,) = living(is_server)
        running.send_signal(number)
        with pytest.raises(InfrastructureError, match=message) as caught:
            state.restore_if_changed()
        assert caught.value.hint == "what follows is proven on a fresh server"
        assert content(address) == before
        state.mark()
        assert state.restore_if_changed() == []
    finally:
        ours.stop()
