"""The key ``proven`` of the manifest: from a complete report of the same tree, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import SOURCE, page, write_site
from tests.support.run_reports import make_run, make_snippet
from tests.support.site import load_site

from snipproof.errors import DocsError, SettingsError
from snipproof.report.assemble import assemble
from snipproof.report.entries import RunReport
from snipproof.report.marks import marks_of
from snipproof.report.tree_facts import read_tree_facts
from snipproof.site.claims import claims

A = "snippets/a.py::A"
OUTPUT = "# START Expected A results\n1\n2\n# END Expected A results\n"
FILES: dict[str, str | None] = {
    "snippets/a.py": SOURCE + OUTPUT,
    "docs/q.mdx": page("# START Expected A results", "# END Expected A results"),
    "docs/r.mdx": page(path="/other.py"),
    "other.py": SOURCE,
}


def report_of(root: Path, outcome: Any = "passed", compared: str = "matched", **run: Any) -> RunReport:
    """Return the report of a run of the Snippet A, as the tree is now."""
    site = load_site(root)
    facts = read_tree_facts(root, site.suites, site, claims(site))
    snippet = make_snippet(A, outcome, suite="snippets/suite.yaml", segments=[[2, 4]])
    expectations: Any = [{**each, "outcome": compared} for each in facts.expectations]
    return assemble(facts, make_run(**run), [snippet] if outcome else [], expectations if outcome else [], {})


def marks(root: Path, report: RunReport) -> Mapping[str, Any]:
    """Return the mark of each page that shows something."""
    found = marks_of(load_site(root), report, "report.json")
    return {reference.page: mark for reference, mark in found.items()}


def test_what_was_proven_with_what_and_when(tmp_path: Path) -> None:
    root = write_site(tmp_path, FILES)
    found = marks(root, report_of(root))
    assert found["docs/p.mdx"] == {
        "state": "proven",
        "reason": "",
        "date": "2026-11-28T10:00:00Z",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "servers": [{"name": "Weaviate", "version": "1.39.0"}],
        "clients": [],
        "snippets": [A],
    }
    assert found["docs/q.mdx"]["state"] == "proven"
    assert found["docs/q.mdx"]["compared_with"] == [{"snippet": A, "origin": "stdout", "outcome": "matched"}]
    assert (found["docs/r.mdx"]["state"], found["docs/r.mdx"]["reason"]) == ("unproven", "its Source is in no Suite")


def test_a_failure_has_its_reason(tmp_path: Path) -> None:
    root = write_site(tmp_path, FILES)
    found = marks(root, report_of(root, "failed", "differs"))
    assert (found["docs/p.mdx"]["state"], found["docs/p.mdx"]["reason"]) == ("failed", "it was failed")
    assert found["docs/q.mdx"]["state"] == "failed"


def test_a_page_that_shows_other_lines_today_is_not_proven(tmp_path: Path) -> None:
    root = write_site(tmp_path, FILES)
    report = report_of(root)
    (root / "docs/p.mdx").write_text(page(end="print(2)"))
    found = marks(root, report)["docs/p.mdx"]
    assert (found["state"], found["reason"]) == ("unproven", "the run did not see it, or other lines of it")


def test_output_that_a_page_claims_today_only_is_not_proven(tmp_path: Path) -> None:
    root = write_site(tmp_path, FILES)
    report = report_of(root)
    report["expectations"] = []
    assert marks(root, report)["docs/q.mdx"]["state"] == "unproven"


def test_an_incomplete_report_sets_no_mark(tmp_path: Path) -> None:
    root = write_site(tmp_path, FILES)
    with pytest.raises(SettingsError, match="the report is incomplete, so it sets no mark: 1 Snippet not run"):
        marks(root, report_of(root, None))


@pytest.mark.parametrize("path", ["snippets/a.py", "snippets/suite.yaml", "snippets/requirements.lock"])
def test_a_report_of_another_tree_sets_no_mark(tmp_path: Path, path: str) -> None:
    suite = "flavour: f\nlanguage: python\nsources: ['*.py']\nlock: requirements.lock\n"
    root = write_site(tmp_path, {**FILES, "snippets/suite.yaml": suite, "snippets/requirements.lock": "a==1\n"})
    report = report_of(root)
    (root / path).write_text((root / path).read_text() + "\n# changed\n")
    with pytest.raises(DocsError, match="of another tree: snippets/"):
        marks(root, report)
