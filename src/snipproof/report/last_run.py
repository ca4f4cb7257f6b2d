"""The last Outcome of each Snippet of a checkout: the report of the last run, with what earlier runs still prove.

Every run without a matrix of versions writes it, so that an editor can show what is known of a Snippet. A Snippet that
the last run did not run keeps its Outcome while the text of its Source, and of the Source that shows its output, is the
same; its ``date`` is then that of its own run. The file is in the folder ``.snipproof-cache`` beside the settings; it
is a run report.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from snipproof.errors import SnipproofError
from snipproof.files import write_into_cache
from snipproof.lint.result_cache import FOLDER
from snipproof.report.assemble import mark_completeness
from snipproof.report.entries import NOT_RUN, key_of
from snipproof.report.report_file import read_report, report_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from snipproof.report.entries import ExpectationEntry, RunReport, SnippetEntry


def last_run_file(home: Path) -> Path:
    """Return the file with the last Outcomes of the settings in the folder ``home``; it may not exist."""
    return home / FOLDER / "last-run.json"


def read_last_run(home: Path) -> RunReport | None:
    """Return the last Outcomes of the settings in the folder ``home``; ``None`` if nothing is known.

    What cannot be read, such as the report of another version of snipproof, counts as unknown.
    """
    try:
        return read_report(last_run_file(home))
    except SnipproofError:
        return None


def keep_last_run(home: Path, report: RunReport) -> RunReport:
    """Write ``report`` together with what earlier runs still prove, and return both as one report.

    A folder that cannot be written to keeps nothing; that is not an error.
    """
    before = read_last_run(home)
    joined = with_earlier(report, before) if before else report
    with contextlib.suppress(OSError):
        write_into_cache(home, last_run_file(home), report_bytes(joined))
    return joined


def with_earlier(report: RunReport, before: RunReport) -> RunReport:
    """Return ``report`` with the Outcomes of ``before`` of Snippets that it did not run and that still hold.

    :param before: an earlier report of the same checkout.
    """
    now, then = _digests(report), _digests(before)
    same = {path for path, digest in now.items() if digest and then.get(path) == digest}
    collected = set(report["run"]["collected"])
    ran = {each["id"] for each in report["snippets"] if each["outcome"] not in NOT_RUN}
    kept: dict[str, SnippetEntry] = {}
    for snippet in before["snippets"]:
        holds = snippet["source"] in same and snippet["outcome"] not in NOT_RUN
        if holds and snippet["id"] in collected and snippet["id"] not in ran:
            kept[snippet["id"]] = {**snippet, "date": snippet.get("date", before["run"]["date"])}
    snippets = {each["id"]: each for each in report["snippets"]} | kept
    place = {name: number for number, name in enumerate(report["run"]["collected"])}
    joined: RunReport = {
        **report,
        "run": {**report["run"]},
        "snippets": sorted(snippets.values(), key=lambda each: (place.get(each["id"], len(place)), each["id"])),
        "expectations": _expectations(report, before, kept, same),
    }
    mark_completeness(joined)
    return joined


def _expectations(
    report: RunReport, before: RunReport, kept: Mapping[str, SnippetEntry], same: set[str]
) -> list[ExpectationEntry]:
    """Return the Expectations of ``report``, and those of the Snippets that were ``kept`` whose text is the same."""
    found = {key_of(each): each for each in report["expectations"]}
    for each in before["expectations"]:
        if each["snippet"] in kept and each["id"].partition("::")[0] in same:
            found[key_of(each)] = each
    return [found[key] for key in sorted(found)]


def _digests(report: RunReport) -> dict[str, str]:
    return {each["path"]: each["digest"] for each in report["run"]["sources"]}
