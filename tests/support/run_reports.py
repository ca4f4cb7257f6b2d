"""Run reports of any size, as a run would have written them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snipproof.report.assemble import assemble
from snipproof.report.tree_facts import TreeFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snipproof.report.entries import (
        ExpectationEntry,
        FailureEntry,
        OutcomeName,
        ReferenceEntry,
        RunEntry,
        RunReport,
        SnippetEntry,
    )


def make_snippet(name: str, outcome: OutcomeName = "passed", /, **changes: Any) -> SnippetEntry:
    """Return a Snippet ``folder/file.py::name``, whose Suite is that of the folder."""
    source, _, region = name.partition("::")
    folder = source.partition("/")[0]
    error: FailureEntry = {"line": 4, "reason": f"it was {outcome}", "details": "", "excerpt": [[4, "x = 1"]]}
    made: SnippetEntry = {
        "id": name,
        "source": source,
        "name": region,
        "suite": f"{folder}/suite.yaml",
        "flavour": folder,
        "language": "python",
        "line": 3,
        "segments": [[4, 6]],
        "outcome": outcome,
        "duration": 0.25,
        "lines": {"statements": [4, 5, 6], "missed": [], "handling": [6], "text": {}},
        "error": None if outcome == "passed" else error,
        "output": {"digest": "0" * 64, "size": 12, "text": None},
        "server": {"name": "Weaviate", "version": "1.39.0"},
        "client": None,
        "attempt": 1,
        "complete": True,
        "stand_in": None,
        "providers": {},
        "known_failure": None,
    }
    made.update(changes)  # type: ignore[typeddict-item]
    return made


def make_expectation(snippet: str, outcome: str = "not compared", /, **changes: Any) -> ExpectationEntry:
    """Return the Expectation ``Expected NAME`` of a Snippet, in its Source."""
    source, _, name = snippet.partition("::")
    made: ExpectationEntry = {
        "id": f"{source}::Expected {name}",
        "snippet": snippet,
        "origin": "stdout",
        "line": 9,
        "segments": [[10, 11]],
        "outcome": outcome,  # type: ignore[typeddict-item]
        "reason": "",
        "places": [],
        "differences": [],
        "rows": [],
        "actual": None,
    }
    if outcome == "differs":
        made["differences"] = [{"line": 10, "path": "$.title", "message": 'expected "A dog", actual "A cat"'}]
        made["rows"] = [["same", 9, "{", "{"], ["changed", 10, '  "title": "A dog"', '  "title": "A cat"']]
        made["actual"] = '{"title": "A cat"}'
    made.update(changes)  # type: ignore[typeddict-item]
    return made


def make_reference(page: str, line: int, region: str, /, **changes: Any) -> ReferenceEntry:
    """Return the Reference of a Page to ``folder/file.py::name``."""
    source, _, name = region.partition("::")
    folder = source.partition("/")[0]
    made: ReferenceEntry = {
        "page": page,
        "line": line,
        "column": 1,
        "source": source,
        "region": name,
        "kind": "expectation" if name.startswith("Expected") else "snippet",
        "suite": f"{folder}/suite.yaml",
        "flavour": folder,
        "language": "py",
        "live": True,
        "digest": "1" * 64,
        "finding": None,
    }
    made.update(changes)  # type: ignore[typeddict-item]
    return made


def make_run(**changes: Any) -> RunEntry:
    """Return what is known of a run before its Snippets are."""
    made: RunEntry = {
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "changed": False,
        "date": "2026-11-28T10:00:00Z",
        "command": "pytest snippets --snippets-report=report.json",
        "complete": False,
        "shard": None,
        "parts": 1,
        "coverage_floor": None,
        "versions": {"snipproof": "0.1.0", "python": "3.13.0", "weaviate": "1.39.0", "weaviate mode": "embedded"},
        "times": {"total": 100.0, "services": 8.0, "waiting": 20.0, "sources": 60.0, "restore": 4.0},
        "suites": [],
        "sources": [],
        "collected": [],
        "errors": [],
    }
    made.update(changes)  # type: ignore[typeddict-item]
    return made


def make_report(
    snippets: Sequence[SnippetEntry],
    expectations: Sequence[ExpectationEntry] = (),
    references: Sequence[ReferenceEntry] = (),
    *,
    left_out: Sequence[str] = (),
    durations: dict[str, float] | None = None,
    **run: Any,
) -> RunReport:
    """Return the report of a run of ``snippets``.

    :param left_out: the ids of Snippets that were collected and not run.
    :param durations: seconds by Source.
    :param run: what is not as :func:`make_run` has it.
    """
    collected = sorted({*(snippet["id"] for snippet in snippets), *left_out})
    sources = sorted({name.partition("::")[0] for name in collected})
    folders = dict.fromkeys(source.partition("/")[0] for source in sources)
    facts = TreeFacts(
        suites=[
            {
                "path": f"{folder}/suite.yaml",
                "flavour": folder,
                "language": "python",
                "client": {"name": "weaviate-client", "version": "4.23.1"},
                "digest": "2" * 64,
                "times": {"provision": 3.0, "build": 0.5},
            }
            for folder in folders
        ],
        sources=[
            {"path": path, "suite": f"{path.partition('/')[0]}/suite.yaml", "digest": "3" * 64, "duration": None}
            for path in sources
        ],
        collected=collected,
        expectations=[{**each, "outcome": "not compared"} for each in expectations],
        references=list(references),
    )
    compared = [each for each in expectations if each["outcome"] != "not compared"]
    return assemble(facts, make_run(**run), snippets, compared, durations or {})
