"""A server of ours that ends, or freezes, while a Source runs."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import psutil
import pytest
from tests.support.processes import living
from tests.support.stored import content, fill

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import RUN_VARIABLE, SessionFolder
from snipproof.services.startup import Services
from snipproof.services.weaviate import server
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
    (tmp_path / "snipproof.toml").write_text(f'[weaviate]\nmode = "embedded"\nbinary = {json.dumps(str(binary))}')
    services = Services.start(load_settings(tmp_path), session, lambda _: None)
    try:
        state = State(services.weaviate, services.renewable)
        state.keep(fill)
        state.mark()
        before = content(services.weaviate)

        def is_server(process: psutil.Process) -> bool:
            return process.environ().get(RUN_VARIABLE) == session.id and process.name().startswith("weaviate")

        (running,) = living(is_server)
        running.send_signal(number)
        with pytest.raises(InfrastructureError, match=message) as caught:
            state.restore_if_changed()
        assert caught.value.hint == "what follows is proven on a fresh server"
        assert content(services.weaviate) == before
        state.mark()
        assert state.restore_if_changed() == []
    finally:
        services.stop()
