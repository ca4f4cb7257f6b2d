"""Code lenses on the Regions of a Source."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.support.editor_site import SETTINGS, SOURCE, Editor, open_editor
from tests.support.run_reports import make_expectation, make_report, make_snippet

from snipproof.language_server.last_outcomes import LastOutcomes
from snipproof.language_server.lenses import code_lenses

if TYPE_CHECKING:
    from pathlib import Path

    from snipproof.report.entries import RunReport

NOW = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)
SEARCH, EXPECTED = "code/search.py::search", "code/search.py::Expected search results"


def lenses(editor: Editor, report: RunReport | None = None) -> list[tuple[int, str, str, Any]]:
    found = code_lenses(editor.site, editor.path, editor.text, LastOutcomes(report, NOW))
    return [
        (each.range.start.line, each.command.title, each.command.command, each.command.arguments)
        for each in found
        if each.command
    ]


def test_lenses_without_a_run(tmp_path: Path) -> None:
    """The pages that show a Region, and what can be done with it: run a Snippet, update an Expectation."""
    source = (
        f"{SOURCE}# START other\nx\n# END other\n# START Expected nothing results\n# END Expected nothing results\n"
    )
    assert lenses(open_editor(tmp_path, "code/search.py", {"code/search.py": source})) == [
        (0, "shown by 2 pages", "", None),
        (0, "run", "snipproof.run", [[SEARCH]]),
        (4, "shown by 2 pages", "", None),
        (4, "update", "snipproof.update", [[SEARCH]]),
        (7, "on no page", "", None),
        (7, "run", "snipproof.run", [["code/search.py::other"]]),
        (10, "on no page", "", None),
    ]


def test_lenses_after_a_run(tmp_path: Path) -> None:
    """What it found, how long ago, and whether the text is still the same."""
    report = make_report([make_snippet(SEARCH)], [make_expectation(SEARCH, "matched", id=EXPECTED)])
    titles = [title for _, title, command, _ in lenses(open_editor(tmp_path, "code/search.py"), report) if not command]
    assert titles == [
        "shown by 2 pages · proven 2 h ago, changed since",
        "shown by 2 pages · matched 2 h ago, changed since",
    ]
    report = make_report([make_snippet(SEARCH, "blocked")])
    report["run"]["sources"] = []
    assert lenses(open_editor(tmp_path, "code/search.py"), report)[0][1] == "shown by 2 pages · blocked 2 h ago"


def test_output_that_only_a_page_binds(tmp_path: Path) -> None:
    """It can be updated once a run has compared it, by the Snippets of other Sources."""
    files = {"code/search.py": SOURCE.partition("\n\n")[2]}
    editor = open_editor(tmp_path, "code/search.py", files)
    assert [command for *_, command, _ in lenses(editor)] == [""]
    compared = make_expectation("code/other.py::search", "differs", id=EXPECTED)
    found = lenses(editor, make_report([], [compared]))
    assert found[1] == (0, "update", "snipproof.update", [["code/other.py::search"]])


def test_a_source_that_nothing_runs(tmp_path: Path) -> None:
    """No Suite, no command; and a Page has no lenses."""
    editor = open_editor(tmp_path, "code/search.py", {"snipproof.toml": SETTINGS.partition("suites")[0]})
    assert [command for *_, command, _ in lenses(editor)] == ["", ""]
    assert lenses(open_editor(tmp_path, "docs/search.mdx")) == []
