"""What the last run found wrong, at the lines of a Source in an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol.types import DiagnosticSeverity
from tests.support.editor_site import SOURCE, open_editor
from tests.support.run_reports import make_expectation, make_report, make_snippet

from snipproof.language_server.failures import RunFailure, failures_of
from snipproof.language_server.last_outcomes import LastOutcomes
from snipproof.language_server.positions import Positions
from snipproof.report.tree_facts import text_digest

if TYPE_CHECKING:
    from pathlib import Path

PATH = "code/search.py"
SEARCH, EXPECTED = f"{PATH}::search", f"{PATH}::Expected search results"
ERROR: Any = {"line": 2, "reason": "NameError: no search", "details": "", "excerpt": []}
KNOWN: Any = {"reason": "a defect", "unstable": False}


def found(root: Path, snippet: Any, expectations: Any = (), *, text: str = SOURCE) -> list[RunFailure]:
    """Return what the editor shows in the Source, whose text was ``text`` when it ran."""
    source = open_editor(root, PATH).site.sources[PATH]
    report = make_report([snippet], list(expectations))
    for each in report["run"]["sources"]:
        each["digest"] = text_digest(text)
    return list(failures_of(LastOutcomes(report), source, Positions(source.text)))


@pytest.mark.parametrize("known", [None, KNOWN])
def test_a_failed_snippet(tmp_path: Path, known: Any) -> None:
    """An error at its line, without the indentation; what is known to fail is information."""
    (failure,) = found(tmp_path, make_snippet(SEARCH, "failed", error=ERROR, known_failure=known))
    shown = failure.diagnostic
    assert shown.message == f"'search' failed{' (a known failure)' if known else ''}: NameError: no search"
    assert shown.severity is (DiagnosticSeverity.Information if known else DiagnosticSeverity.Error)
    assert (shown.range.start.line, shown.range.start.character, shown.range.end.line) == (1, 0, 1)


def test_a_failed_snippet_of_a_source_that_has_changed(tmp_path: Path) -> None:
    """At the START line: the line of the error is another one now."""
    (failure,) = found(tmp_path, make_snippet(SEARCH, "failed", error=ERROR), text="another text\n")
    shown = failure.diagnostic
    assert shown.message == "the last run, of another text than this one: 'search' failed: NameError: no search"
    assert (shown.severity, shown.range.start.line) == (DiagnosticSeverity.Information, 0)


def test_a_long_difference_is_cut(tmp_path: Path) -> None:
    """All lines that differ are marked; the message has the first rows."""
    rows = [["changed", 6, str(number), str(-number)] for number in range(100)]
    differs = make_expectation(SEARCH, "differs", id=EXPECTED, rows=rows)
    differs["differences"] = [{"line": 6, "path": "", "message": "changed"}]
    (failure,) = found(tmp_path, make_snippet(SEARCH, "failed", error=ERROR), [differs])
    assert failure.updated_by == (SEARCH,)
    shown = failure.diagnostic
    assert shown.range.start.line == shown.range.end.line == 5
    assert shown.message.startswith("this is not the output of 'search':\n")
    assert len(shown.message.split("\n")) == 62  # the first line, 60 rows and the mark of those left out
    assert shown.message.endswith("\n  …")


def test_output_of_a_known_failure(tmp_path: Path) -> None:
    """It is information without a fix: an update would contradict the ledger."""
    differs = make_expectation(SEARCH, "differs", id=EXPECTED)
    (failure,) = found(tmp_path, make_snippet(SEARCH, "failed", error=ERROR, known_failure=KNOWN), [differs])
    assert failure.updated_by == ()
    assert failure.diagnostic.severity is DiagnosticSeverity.Information
    assert failure.diagnostic.message.startswith("this is not the output of 'search' (a known failure):\n")


def test_what_is_not_there_any_more(tmp_path: Path) -> None:
    """A Snippet or an Expectation that has another name now shows nothing."""
    gone = make_snippet(f"{PATH}::gone", "failed", error=ERROR)
    assert found(tmp_path, gone, [make_expectation(f"{PATH}::gone", "differs")]) == []
