"""``snipproof server`` without what it requires; ``tests/language_server`` has the sessions."""

from __future__ import annotations

import sys

import pytest

from snipproof.cli.main import main


def test_a_missing_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The error names the package to install; nothing is written to standard output, which the protocol owns."""
    monkeypatch.setitem(sys.modules, "pygls", None)
    assert main(["server"]) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert "server requires the extra 'editor'" in written.err
    assert "pip install 'snipproof[editor]'" in written.err
    assert "Traceback" not in written.err
