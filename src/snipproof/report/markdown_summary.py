"""The summary of a report as Markdown, for the page of a CI job. GitHub rejects one of more than 1 MiB."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snipproof.report.entries import diff_lines
from snipproof.report.matrix_report import snippet_rows
from snipproof.text import plural, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snipproof.report.overview import Failure, Overview

MAX_BYTES = 1_000_000  # with room below 1 MiB
_MAX_FAILURES = 50
_MAX_LISTED = 20
_MAX_BLOCK = 6_000  # characters of one block of code
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~$])")
_SYMBOLS = {"proven": "✅", "partly": "🟡", "failed": "❌", "unproven": "⚪"}


def markdown_summary(overview: Overview) -> str:
    """Return the summary: the result in numbers, what vanished, the failures, what is not proven."""
    parts: list[str] = []
    left = MAX_BYTES
    for part in _parts(overview):
        size = len(part.encode("utf-8", "backslashreplace")) + 1
        if size > left - 100:
            parts.append("\n… cut off: the whole report is in its JSON file")
            break
        left -= size
        parts.append(part)
    return "\n".join([*parts, ""])


def _parts(overview: Overview) -> Iterator[str]:
    run = overview.run
    yield f"## {_SYMBOLS[overview.state]} {overview.headline}\n"
    if not run["complete"]:
        shard = f" (shard {run['shard']})" if run["shard"] else ""
        yield f"> This run is incomplete{shard}: {plural(len(overview.missing), 'Snippet')} not run.\n"
    for error in run["errors"][:_MAX_LISTED]:
        yield f"> **Error outside of the docs** ({error['kind']}): {escape(error['message'])}\n"
    yield from _numbers(overview)
    yield from _vanished(overview)
    if overview.failures:
        yield f"\n### {plural(len(overview.failures), 'failure')}\n"
        for failure in overview.failures[:_MAX_FAILURES]:
            yield from _failure(failure)
        yield from _more(len(overview.failures) - _MAX_FAILURES, "further failure")
    if overview.known_failures:
        yield f"\n### {plural(len(overview.known_failures), 'Snippet')} that may fail\n"
        yield from (
            f"- {_code(snippet['id'])}: {escape(shorten(listed, 200))}"
            for snippet, listed in overview.known_failures[:_MAX_LISTED]
        )
        yield from _more(len(overview.known_failures) - _MAX_LISTED, "more", "more")
    yield from _versions(overview)
    if overview.unproven:
        yield "\n### Published, and not proven\n"
        yield from _table(
            ("blocks", "why", "first"),
            (
                (f"{len(blocks):,}", escape(shorten(reason, 200)), _code(f"{b['page']}:{b['line']}"))
                for reason, blocks in overview.unproven[:_MAX_LISTED]
                for b in [blocks[0].reference]
            ),
        )
        yield from _more(len(overview.unproven) - _MAX_LISTED, "further reason")


def _numbers(overview: Overview) -> Iterator[str]:
    rows = []
    if overview.blocks:
        counted = [f"{_SYMBOLS[proof]} {count:,} {proof}" for proof, count in overview.proofs.items()]
        rows.append(("Blocks that readers see", ", ".join(counted)))
    rows.append(("Snippets", _counts(overview.outcomes)))
    if overview.comparisons:
        rows.append(("Shown output", _counts(overview.comparisons)))
    if overview.coverage.statements:
        rows.append(("Shown statements that ran", str(overview.coverage)))
    if overview.servers:
        rows.append(("Server", escape(", ".join(server for server, _ in overview.servers))))
    if overview.clients:
        rows.append(("Clients", escape(", ".join(f"{client} ({flavour})" for flavour, client in overview.clients))))
    if commit := overview.run["commit"]:
        rows.append(("Commit", _code(commit[:12])))
    yield from _table(("", ""), rows)


def _versions(overview: Overview) -> Iterator[str]:
    """Yield what each combination of versions proves, and the Snippets that some of them do not prove."""
    if not overview.versions:
        return
    yield "\n### Versions\n"
    yield from _table(("", ""), ((escape(row.title), _counts(row.outcomes)) for row in overview.versions))
    apart = [row for row in snippet_rows(overview.report) if len(set(row.outcomes.values())) > 1]
    if apart:
        yield "\nNot the same in all versions:\n"
        for row in apart[:_MAX_LISTED]:
            found = ", ".join(f"{escape(label)} {outcome}" for label, outcome in row.outcomes.items())
            yield f"- {_code(row.region)}: {found}"
        yield from _more(len(apart) - _MAX_LISTED, "more", "more")


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counted.items())


def _vanished(overview: Overview) -> Iterator[str]:
    changes = overview.changes
    if changes is None:
        return
    for title, names in (
        ("Snippets that vanished", changes.vanished),
        ("Comparisons that vanished", changes.vanished_comparisons),
        ("Proven before, and not any more", [f"{c.snippet}: {c.before} → {c.now}" for c in changes.broken]),
    ):
        if names:
            yield f"\n### {title}\n"
            yield from (f"- {escape(name)}" for name in names[:_MAX_LISTED])
            yield from _more(len(names) - _MAX_LISTED, "more", "more")


def _failure(failure: Failure) -> Iterator[str]:
    snippet, error = failure.snippet, failure.snippet["error"]
    reason = error["reason"] if error else snippet["outcome"]
    line = error["line"] if error else snippet["line"]
    title = f"<b>{_html(snippet['id'].partition('::')[2])}</b> ({_html(snippet['flavour'])}): {_html(reason)}"
    yield f"<details><summary>❌ {title}</summary>\n"
    place = _code(f"{snippet['source']}:{line}")
    shown = f", shown on {', '.join(map(_code, failure.pages[:5]))}" if failure.pages else ""
    yield f"{place}{shown}\n"
    for comparison in failure.comparisons:
        lines = diff_lines(comparison)
        if lines:
            yield _fenced("diff", "\n".join(lines))
    if not failure.comparisons and error:
        yield _fenced("", "\n".join(f"{'>' if n == line else ' '} {n:4} | {text}" for n, text in error["excerpt"]))
        if error["details"]:
            yield _fenced("", error["details"])
    yield "</details>\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _more(count: int, noun: str, plural_noun: str = "") -> Iterator[str]:
    if count > 0:
        yield f"\n… and {plural(count, noun, plural_noun)}\n"


def escape(text: str) -> str:
    """Return ``text`` as a line of Markdown that shows it unchanged."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _html(text: str) -> str:
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def _fenced(language: str, text: str) -> str:
    """Return a block of code whose fence is longer than any in ``text``."""
    text = text if len(text) <= _MAX_BLOCK else text[:_MAX_BLOCK] + "\n…"
    longest = max((len(found) for found in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"\n{fence}{language}\n{text}\n{fence}\n"
