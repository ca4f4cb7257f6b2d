"""Proves weaviate/docs as it is published, offline: ``python -m bench.real_site SITE``.

SITE is a checkout of weaviate/docs at bb9b5c6; ``examples/weaviate-docs`` has the settings, Suites, seeds and known
failures. Each live reference counts once: its code is proven, or it has one reason. Reasons are those of the ledger,
``KIND: text``; the kind ``tool`` is an obstacle of snipproof. ``--trace`` runs a copy of the site a second time with a
trace in each Source that shares no code with the probes (``tools/statement_trace.py``), and lists the Snippets that
passed although the trace misses a line that they show.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from tools.statement_trace import never_ran, write_traced

from snipproof.languages import language_of_file
from snipproof.report.entries import RunReport, SnippetEntry
from snipproof.report.proof import Proof, ShownBlock, judge_blocks
from snipproof.report.report_file import read_report

SETTINGS = Path(__file__).parents[1] / "examples" / "weaviate-docs" / "snipproof.toml"
LANGUAGES = ("python", "typescript", "go", "java")
_PLUGIN = "bench.traced_wall"
_LEFT_OUT = {
    "_includes/code/howto/search.image.ts": "the file does not compile, and its Expectation fits two Snippets",
}


class Kind(StrEnum):
    """What is known of a reference."""

    PROVEN = "proven"
    COMPARED = "proven, with compared output"
    STAND_IN = "proven, with a stand-in"


class Judged(NamedTuple):
    """A live reference: the language of its Source, and what is known of it."""

    language: str
    kind: str
    reason: str
    block: ShownBlock


def prove(site: Path, report: Path, *options: str) -> float:
    """Prove ``site``, write the run report, and return the seconds that it took.

    :raises SystemExit: there is no report.
    """
    command = [
        *(sys.executable, "-m", "pytest", "--snippets", "--snippets-config", str(SETTINGS)),
        *("--snippets-root", str(site), "--snippets-report", str(report), "-p", "no:cacheprovider", "-q", *options),
    ]
    report.unlink(missing_ok=True)
    start = time.perf_counter()
    with report.with_suffix(".log").open("w", encoding="utf-8") as log:
        subprocess.run(command, cwd=SETTINGS.parents[2], stdout=log, stderr=subprocess.STDOUT, check=False)
    if not report.exists():
        raise SystemExit(f"pytest wrote no report: see {log.name}")
    return time.perf_counter() - start


def judge(report: RunReport) -> list[Judged]:
    """Return all live references, whatever their language."""
    found = []
    for block in judge_blocks(report):
        source = block.reference["source"]
        if block.reference["live"]:
            language = language_of_file(source) if source else None
            found.append(Judged(language.name if language else "other", *_kind(block), block))
    return found


def _kind(block: ShownBlock) -> tuple[str, str]:
    ran = block.snippets
    passed = bool(ran) and all(each["outcome"] == "passed" and each["complete"] for each in ran)
    if block.reference["kind"] == "snippet" and passed:
        return (Kind.STAND_IN if ran[0]["stand_in"] is not None else Kind.PROVEN), ""
    if block.proof is Proof.PROVEN:
        return Kind.COMPARED, ""
    if block.reference["kind"] == "expectation" or block.reference["finding"]:
        return "output", block.reason
    if reason := _LEFT_OUT.get(block.reference["source"] or ""):
        return "docs", reason
    if block.reference["kind"] == "none":
        return "docs", "the page requests lines that no Region of the file has"
    kind, separator, reason = block.reason.removeprefix("known failure: ").partition(": ")
    return (kind, reason) if separator and kind.isidentifier() else ("tool", block.reason)


def trace(site: Path, report: RunReport, folder: Path, *options: str) -> Iterator[str]:
    """Yield the ids of Snippets that passed, each with the shown lines that the trace misses."""
    copy, ran = folder / "site", folder / "ran"
    shutil.copytree(site, copy, symlinks=True, ignore=shutil.ignore_patterns("node_modules", ".git"))
    ran.mkdir()
    passed: dict[str, list[SnippetEntry]] = {}
    for snippet in report["snippets"]:
        if snippet["outcome"] == "passed":
            passed.setdefault(snippet["source"], []).append(snippet)
    texts = {path: (site / path).read_text(encoding="utf-8") for path in passed}
    for number, (path, text) in enumerate(texts.items()):
        write_traced(copy / path, text, ran / str(number))
    os.environ["BENCH_TRACE_FOLDER"] = str(ran)
    prove(copy, folder / "traced.json", "-p", _PLUGIN, *options)
    again = {each["id"]: each["outcome"] for each in read_report(folder / "traced.json")["snippets"]}
    for number, (path, snippets) in enumerate(passed.items()):
        file = ran / str(number)
        lines = {int(line) for line in file.read_text(encoding="ascii").split()} if file.exists() else set()
        for snippet in snippets:
            shown = frozenset(line for first, last in snippet["segments"] for line in range(first, last + 1))
            if missed := never_ran(texts[path], path, shown, lines):
                outcome = again.get(snippet["id"], "not run")
                yield f"{snippet['id']}: {outcome} with the trace, which misses line {', '.join(map(str, missed))}"


def main() -> None:
    """Prove the site, and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("site", type=Path)
    parser.add_argument("--report", type=Path, help="where the run report is written")
    parser.add_argument("--use", type=Path, help="judge this report of an earlier run instead of proving the site")
    parser.add_argument("--trace", action="store_true", help="hold what passed against an independent trace")
    options, more = parser.parse_known_args()
    site = options.site.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = options.use or (options.report or folder / "run.json").absolute()
        seconds = 0.0 if options.use else prove(site, path, *more)
        report = read_report(path)
        false = list(trace(site, report, folder, *more)) if options.trace else []
        if options.trace and (log := folder / "traced.log").exists() and options.report:
            shutil.copy(log, path.with_suffix(".traced.log"))
    judged = [each for each in judge(report) if each.language in LANGUAGES]
    print(f"| | {' | '.join(LANGUAGES)} | all |\n|{' --- |' * (len(LANGUAGES) + 2)}")
    kinds = Counter(each.kind for each in judged)
    proven = [kind for kind in Kind if kind in kinds]
    for kind in (*proven, *(kind for kind, _ in kinds.most_common() if kind not in proven)):
        rows = [sum(each.kind == kind and each.language == language for each in judged) for language in LANGUAGES]
        print(f"| {kind} | {' | '.join(map(str, rows))} | {kinds[kind]} |")
    for each in judged:
        if each.kind not in proven:
            reference = each.block.reference
            print(f"{reference['page']}:{reference['line']} {each.kind}: {each.block.id}: {each.reason}")
    for line in false:
        print(f"false green: {line}")
    if seconds:
        print(f"{seconds / 60:.1f} minutes on {os.cpu_count()} cores")
    count = sum(kinds[kind] for kind in proven)
    share = 100 * count / max(1, len(judged))
    print(
        f"proven {count} of {len(judged)} live references ({share:.1f} %), "
        f"{len(false) if options.trace else '?'} false greens, {kinds['tool']} obstacles"
    )


if __name__ == "__main__":
    main()
