"""Measures the page of a report of 3,000 Snippets, and the merge of 20 shards: ``python -m bench.report_page``."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.run_reports import make_expectation, make_reference, make_report, make_snippet

from snipproof.cli.main import main

if TYPE_CHECKING:
    from snipproof.report.entries import OutcomeName, RunReport

SNIPPETS = 3000
SHARDS = 20
FLAVOURS = ("python-v4", "python-v3", "typescript-v3", "typescript-v2", "go", "java", "java-v6")
PAGES = 172


def large_report(shard: int = 0, count: int = 1, failing: int = 40) -> RunReport:
    """Return the report of one of ``count`` shards of a site with 3,000 Snippets.

    :param failing: every how many Snippets one fails.
    """
    snippets, expectations, references, left_out = [], [], [], []
    for number in range(SNIPPETS):
        flavour = FLAVOURS[number % len(FLAVOURS)]
        source = f"{flavour}/howto/search/queries_about_topic_{number // 60}.py"
        name = f"{source}::search with a filter {number}"
        outcome: OutcomeName = "failed" if number % failing == 7 else "skipped" if number % 50 == 3 else "passed"
        ran = number // 60 % count == shard
        error = {
            "line": 40, "reason": "WeaviateQueryError: the query was rejected by the server: no such property 'title'",
            "details": "\n".join(f'  File "{source}", line {n}, in search' for n in range(12)),
            "excerpt": [[n, f"    response = collection.query.near_text(query={n})"] for n in range(37, 44)],
        }  # fmt: skip
        changes: dict[str, Any] = {"lines": {
            "statements": [4, 5, 6, 7], "missed": [7] if number % 30 == 1 else [], "handling": [],
            "text": {"7": "print(response.objects[0].properties)"} if number % 30 == 1 else {},
        }}  # fmt: skip
        if ran:
            snippets.append(make_snippet(name, outcome, **changes, **({"error": error} if outcome != "passed" else {})))
        else:
            left_out.append(name)
        if number % 2 == 0:
            compared = "differs" if outcome == "failed" else "matched" if outcome == "passed" else "not compared"
            expectations.append(make_expectation(name, compared if ran else "not compared"))
        page = f"docs/weaviate/search/topic-{number % PAGES}.md"
        references.append(make_reference(page, 10 + number // PAGES, name))
        if number % 2 == 0:
            references.append(make_reference(page, 11 + number // PAGES, expectations[-1]["id"]))
    durations = {snippet["source"]: 0.5 + len(snippet["id"]) % 7 for snippet in snippets}
    return make_report(snippets, expectations, references, left_out=left_out, durations=durations)


def timed(what: str, action: Callable[[], Any]) -> float:
    """Run ``action``, print how long it took, and return the seconds of CPU, which do not depend on other work."""
    began, cpu = time.perf_counter(), time.process_time()
    action()
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    sys.stdout.write(f"{what}: {used:.2f} s of CPU, {seconds:.2f} s\n")
    return used


def bench() -> int:
    """Print the times and the size; return 1 if a target is missed."""
    from snipproof.report.report_file import write_report

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole, page, summary = folder / "report.json", folder / "report.html", folder / "summary.md"
        write_report(whole, large_report())
        parts = []
        for shard in range(SHARDS):
            parts.append(folder / f"shard{shard}.json")
            write_report(parts[-1], large_report(shard, SHARDS))
        html = timed("html", lambda: main(["report", str(whole), "--html", str(page)]))
        timed("markdown", lambda: main(["report", str(whole), "--markdown", str(summary)]))
        merged = ["report", "merge", *map(str, parts), "--output", str(folder / "merged.json")]
        merge = timed(f"merge of {SHARDS} shards", lambda: main(merged))
        size, shard_size = page.stat().st_size, parts[0].stat().st_size
        sys.stdout.write(f"page: {size / 1e6:.2f} MB, summary: {summary.stat().st_size / 1e6:.2f} MB\n")
        sys.stdout.write(f"report: {whole.stat().st_size / 1e6:.2f} MB, of one shard: {shard_size / 1e6:.2f} MB\n")
    return int(html > 2 or size > 3e6 or merge > 1)


if __name__ == "__main__":
    sys.exit(bench())
