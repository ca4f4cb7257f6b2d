"""What a session writes while it runs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from snipproof.pytest_plugin.session_log import SessionLog


def test_lines_of_several_threads_stay_whole() -> None:
    """Servers start side by side, and pytest's reporter writes a line in parts."""
    written: list[str] = []

    def write_line(line: str) -> None:
        written.append(line)
        time.sleep(0.001)
        written.append("\n")

    reporter = SimpleNamespace(write_line=write_line, flush=lambda: None)
    config: Any = SimpleNamespace(pluginmanager=SimpleNamespace(get_plugin=lambda _: reporter))
    log = SessionLog(config, str.upper)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(log.line, [f"line {number}" for number in range(16)]))
    assert written[1::2] == ["\n"] * 16
    assert sorted(written[::2]) == sorted(f"snipproof: LINE {number}" for number in range(16))
