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
from snipproof.report.entries import RunReport, as_lists
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
    (region,) = (each.region for each in site.sources["snippets/a.py"].snippets if each.id == A)
    snippet = make_snippet(A, outcome, suite="snippets/suite.yaml", segments=as_lists(region.segments))
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
    assert found["docs/q.mdx"]["compared_with"] == [
        {"snippet": A, "origin": "stdout", "outcome": "matched", "language": "Python"}
    ]
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


NAMED = "Expected results"
NAMED_OUTPUT = OUTPUT.replace("Expected A results", NAMED)
IMPORTS = "import Out from '!!raw-loader!/shown/out.py';\nimport Code from '!!raw-loader!/snippets/a.py';\n\n"


def block(name: str, variable: str = "Code", language: str = "py") -> str:
    """Return a block of a page that imports ``IMPORTS``."""
    markers = f'startMarker="# START {name}" endMarker="# END {name}"'
    return f'<FilteredTextBlock text={{{variable}}} {markers} language="{language}" />\n'


def marks_of_output(root: Path, report: RunReport) -> dict[str, Any]:
    """Return the mark of the block that shows the output of ``shown/out.py``."""
    found = marks_of(load_site(root), report, "report.json")
    (mark,) = (mark for reference, mark in found.items() if reference.source == "shown/out.py")
    return mark


def test_output_that_no_suite_holds_is_proven_only_as_it_was_compared(tmp_path: Path) -> None:
    """The digests of a report are those of Suites and their Sources; output may stand in another file."""
    text, json = (IMPORTS + block("A") + block(NAMED, "Out", language) for language in ("text", "json"))
    root = write_site(tmp_path, {"shown/out.py": NAMED_OUTPUT, "docs/p.mdx": text})
    report = report_of(root)
    assert marks_of_output(root, report)["state"] == "proven"
    (root / "docs/p.mdx").write_text(json)
    mark = marks_of_output(root, report)
    assert (mark["state"], mark["reason"]) == ("unproven", "the run did not see it as this page shows it")
    (root / "docs/p.mdx").write_text(f"{text}\nAnother paragraph.\n")
    assert marks_of_output(root, report)["state"] == "proven"
    (root / "shown/out.py").write_text(NAMED_OUTPUT.replace("1", "7"))
    assert marks_of_output(root, report)["state"] == "unproven"


@pytest.mark.parametrize(
    ("changes", "providers"),
    [
        ({"stand_in": "api.a.test, api.b.test"}, {"api.a.test": "stand-in", "api.b.test": "stand-in"}),
        (
            {"stand_in": "api.a.test", "providers": {"api.b.test": "replay"}},
            {"api.a.test": "stand-in", "api.b.test": "replay"},
        ),
        ({"stand_in": "api.a.test", "outcome": "unreached"}, None),
        ({"stand_in": "api.a.test", "complete": False}, None),
    ],
)
def test_code_that_ran_with_a_stand_in_names_it(
    tmp_path: Path, changes: dict[str, Any], providers: dict[str, str] | None
) -> None:
    """Not if some of its lines did not run, nor if its Source did not run as a whole."""
    root = write_site(tmp_path, FILES)
    report = report_of(root)
    report["snippets"][0].update(changes)  # type: ignore[typeddict-item]
    mark = marks(root, report)["docs/p.mdx"]
    assert mark.get("providers") == providers
    assert mark["state"] != "proven"


def test_output_below_code_that_is_ambiguous_today_is_not_proven(tmp_path: Path) -> None:
    """The code of a tab was added since the run: it is open whose output the page shows, so nothing is compared."""

    def page_of(*tabs: str) -> str:
        items = "".join(f'<TabItem value="{number}">\n\n{tab}\n</TabItem>\n' for number, tab in enumerate(tabs))
        return f"{IMPORTS}<Tabs>\n{items}</Tabs>\n\n{block(NAMED, 'Out', 'text')}"

    files = {"snippets/a.py": SOURCE + SOURCE.replace(" A", " B"), "shown/out.py": NAMED_OUTPUT}
    root = write_site(tmp_path, {**files, "docs/p.mdx": page_of(block("A"))})
    report = report_of(root)
    report["run"]["complete"] = True  # the Snippet B is not run, and no page shows it
    assert marks_of_output(root, report)["state"] == "proven"
    (root / "docs/p.mdx").write_text(page_of(block("A"), block("A") + block("B")))
    mark = marks_of_output(root, report)
    assert mark["state"] == "unproven"
    assert "the tab '1' shows several Snippets" in mark["reason"]


def test_output_that_is_compared_with_nothing_or_with_other_code_is_not_proven(tmp_path: Path) -> None:
    """A value that a Snippet contains is run, not compared; and output is that of the code above it."""
    source = SOURCE + '# START B\n{"a": 1}\n# END B\n# START Expected A results\n# 1\n# END Expected A results\n'
    files = {"snippets/a.py": source, "docs/p.mdx": IMPORTS + block("A") + block("B", language="json")}
    root = write_site(tmp_path, {**files, "docs/q.mdx": IMPORTS + block("B") + block("Expected A results")})
    report = report_of(root)
    segments = as_lists(load_site(root).sources["snippets/a.py"].snippets[1].region.segments)
    report["snippets"].append(make_snippet("snippets/a.py::B", suite="snippets/suite.yaml", segments=segments))
    report["run"]["complete"] = True
    found = marks_of(load_site(root), report, "report.json")
    assert [(mark["state"], mark["reason"].split(",")[0]) for mark in found.values()] == [
        ("proven", ""),
        ("unproven", "the block '# START B' is shown as output (json)"),
        ("proven", ""),
        ("unproven", "'Expected A results' is the output of 'A' (snippets/a.py:1)"),
    ]


def test_output_of_code_of_which_a_page_shows_other_lines_today_is_not_proven(tmp_path: Path) -> None:
    root = write_site(tmp_path, FILES)
    report = report_of(root)
    (root / "docs/p.mdx").write_text(page(end="print(2)"))
    found = marks(root, report)["docs/q.mdx"]
    assert (found["state"], found["reason"]) == ("unproven", "the run saw other lines of the code that gives it")


def test_a_block_that_shows_nothing_is_not_proven(tmp_path: Path) -> None:
    """Its start marker names a Snippet that was proven, and readers see an empty block."""
    files = {"snippets/a.py": "# START A extra\n" + SOURCE.replace("# START A", "# END A\n#  START A")}
    root = write_site(tmp_path, files)
    site = load_site(root)
    assert [site.region_of(each) is not None for each in site.references] == [True]
    assert [rendered.text for each in site.references if (rendered := site.rendered(each))] == [""]
    report = report_of(root)
    found = marks(root, report)["docs/p.mdx"]
    assert (found["state"], found["reason"]) == ("unproven", "it shows no Region of a Source")


@pytest.mark.parametrize(
    ("changes", "state"), [({"complete": False}, "unproven"), ({"stand_in": "a model provider"}, "partly")]
)
def test_half_a_source_and_a_stand_in_prove_nothing(tmp_path: Path, changes: dict[str, Any], state: str) -> None:
    root = write_site(tmp_path, FILES)
    report = report_of(root)
    report["snippets"][0].update(changes)  # type: ignore[typeddict-item]
    found = marks(root, report)
    assert {found[page]["state"] for page in ("docs/p.mdx", "docs/q.mdx")} == {state}


def test_replies_of_providers_are_named_and_prove(tmp_path: Path) -> None:
    root = write_site(tmp_path, FILES)
    report = report_of(root)
    report["snippets"][0]["providers"] = {"api.openai.com": "replay"}
    found = marks(root, report)["docs/p.mdx"]
    assert (found["state"], found["providers"]) == ("proven", {"api.openai.com": "replay"})


def test_the_commit_is_given_only_if_nothing_differed_from_it(tmp_path: Path) -> None:
    root = write_site(tmp_path, FILES)
    assert marks(root, report_of(root, changed=True))["docs/p.mdx"]["commit"] is None
