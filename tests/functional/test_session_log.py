"""Lines about progress, which several threads write while servers start side by side."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from snipproof.config import Settings
from snipproof.pytest_plugin.session import ProvingSession


class SlowTerminal:
    """A reporter of pytest whose lines are written in two parts, as pytest's own are."""

    def __init__(self) -> None:
        self.text = ""

    def write_line(self, line: str) -> None:
        self.text += line
        time.sleep(0.001)
        self.text += "\n"

    def flush(self) -> None:
        """Do nothing."""


def test_lines_of_several_threads_stay_whole() -> None:
    terminal = SlowTerminal()
    config: Any = SimpleNamespace(pluginmanager=SimpleNamespace(get_plugin=lambda _: terminal))
    session = ProvingSession(config, Settings(), [])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(session.log, map(str, range(40))))
    assert sorted(terminal.text.splitlines(), key=lambda line: int(line[11:])) == [f"snipproof: {n}" for n in range(40)]
