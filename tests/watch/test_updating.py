"""Which Expectations a watcher updates."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from snipproof.model import Outcome
from snipproof.watch.updating import update


def item(*, listed: bool, differs: bool) -> Any:
    """Return what has run; nothing of it can be read, so that an attempt to update it fails."""
    outcome = Outcome.FAILED if differs else Outcome.PASSED
    verdict = SimpleNamespace(only_differs=differs, outcome=outcome, reason="the output differs", spoiled=False)
    return SimpleNamespace(snippet=SimpleNamespace(id="a.py::b"), reported=verdict, listed="entry" if listed else None)


@pytest.mark.parametrize(("differs", "refused"), [(True, 1), (False, 0)])
def test_a_listed_snippet_is_not_updated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, differs: bool, refused: int
) -> None:
    """As with ``--snippets-update``: the ledger of known failures expects that it differs."""
    monkeypatch.delenv("CI", raising=False)
    proving: Any = SimpleNamespace(settings=SimpleNamespace(root=tmp_path), tree=SimpleNamespace(suites={}), secrets={})
    reason = "a.py::b: not updated: it is a known failure: remove its entry first"
    assert update(proving, [item(listed=True, differs=differs)]) == ([], [reason] * refused)


def test_nothing_is_updated_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has run."""
    monkeypatch.setenv("CI", "1")
    proving: Any = None
    written, refused = update(proving, [item(listed=False, differs=True)])
    assert (written, len(refused)) == ([], 1)
