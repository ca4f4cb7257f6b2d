"""``snipproof server`` without what it requires; ``tests/language_server`` has the sessions."""

from __future__ import annotations

from tests.support.command_line import run_without


def test_a_missing_extra() -> None:
    """The error names the package to install; nothing is written to standard output, which the protocol owns."""
    done = run_without(["pygls"], "server")
    assert (done.returncode, done.stdout) == (2, "")
    assert "server requires the extra 'editor'" in done.stderr
    assert "pip install 'snipproof[editor]'" in done.stderr
    assert "Traceback" not in done.stderr
