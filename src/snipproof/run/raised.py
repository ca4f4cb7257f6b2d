"""What the START line of a Snippet announces: an error that it raises, lines that never run, or no run.

``{raises: KeyError}`` names the class of the error, its code or a text of its message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from snipproof.model import Snippet, Source
from snipproof.run.probe import Probed
from snipproof.run.probe.plan import Signal
from snipproof.run.source_run import Crash, SourceRun
from snipproof.text import shorten


def find_raised(source: Source, crashes: Sequence[Crash]) -> dict[str, Crash]:
    """Return the first error of each Snippet whose START line announces one, by the id of the Snippet."""
    found: dict[str, Crash] = {}
    for snippet in source.snippets:
        if "raises" in snippet.region.attributes:
            own = (c for c in crashes if c.region == snippet.name or any(snippet.region.shows(n) for n in c.lines))
            crash = next(own, None)
            if crash:
                found[snippet.id] = crash
    return found


def without_raised(run: SourceRun, crashes: Sequence[Crash], raised: Mapping[str, Crash]) -> SourceRun:
    """Return ``run`` with those of ``crashes`` that no Snippet announces."""
    known = {(crash.region, crash.type, crash.message) for crash in raised.values() if crash.region}
    left = (c for c in crashes if c not in raised.values() and (c.region, c.type, c.message) not in known)
    return replace(run, crashes=tuple(left), announced=bool(raised))


def raise_problem(snippet: Snippet, probed: Probed, run: SourceRun, raised: Mapping[str, Crash]) -> str:
    """Return what is wrong with the error that ``snippet`` announces, else ``""``."""
    expected = str(snippet.region.attributes.get("raises", ""))
    crash = raised.get(snippet.id)
    if not expected:
        return ""
    if crash is None:
        return f"it raises no error, but its START line has `raises: {expected}`"
    if _matches(crash, expected):
        line = _line_behind(snippet, probed, run, raised)
        return f"it raises `{crash.type}`, but line {line} ran after that" if line else ""
    return f"it raises `{crash.type}: {shorten(crash.headline)}`, but its START line has `raises: {expected}`"


def last_line(raised: Mapping[str, Crash], snippet: Snippet) -> int | None:
    """Return the line of ``snippet`` that raised the error that it announces: those behind it cannot run."""
    crash = raised.get(snippet.id)
    lines = [line for line in crash.lines if snippet.region.shows(line)] if crash else []
    return lines[-1] if lines else None


def _line_behind(snippet: Snippet, probed: Probed, run: SourceRun, raised: Mapping[str, Crash]) -> int | None:
    """Return a line of ``snippet`` that ran after its error, and stands behind it."""
    after, last = raised[snippet.id].after, last_line(raised, snippet)
    if after is None or last is None or probed.plan is None:
        return None
    own = probed.plan.regions[snippet.name].statements
    ran = [e.line for e in run.events[after:] if e.signal is Signal.AT and e.line in own]
    return next((line for line in map(probed.plan.lines.__getitem__, ran) if line > last), None)


def skip_reason(snippet: Snippet) -> str:
    """Return why ``snippet`` is skipped, else ``""``."""
    return str(snippet.region.attributes.get("skip", ""))


def unreached_reason(snippet: Snippet) -> str:
    """Return why lines of ``snippet`` never run, else ``""``."""
    return str(snippet.region.attributes.get("unreached", ""))


def _matches(crash: Crash, expected: str) -> bool:
    names = {crash.type, *crash.types}
    return expected in names | {name.rpartition(".")[2] for name in names} or expected in crash.message
