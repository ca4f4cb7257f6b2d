"""Binds each Expectation to the Snippet that must print it: by ``{of: name}``, else by the words of its name."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from snipproof.model import Expectation, Finding, Region, Snippet, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

UNBOUND = "SP301"
_EXPECTED = re.compile(r"^expected\b.*\bresults?$", re.IGNORECASE)


def is_expectation(region: Region) -> bool:
    """Whether a Region is output to show: it says so by ``of``, or it is named ``Expected … results``."""
    return "of" in region.attributes or _EXPECTED.match(region.name) is not None


def bind(
    path: str, regions: Sequence[Region]
) -> tuple[tuple[Snippet, ...], tuple[Expectation, ...], tuple[Finding, ...]]:
    """Return the Snippets among ``regions``, the Expectations that are bound, and a Finding for each other one."""
    snippets = tuple(Snippet(region) for region in regions if not is_expectation(region))
    names = [snippet.name for snippet in snippets]
    bound = []
    findings = []
    for region in regions:
        if not is_expectation(region):
            continue
        of = region.attributes.get("of")
        fitting = [name for name in names if name == of] if of else _by_words(region.name, names)
        if len(fitting) == 1:
            bound.append(Expectation(region, fitting[0]))
        else:
            findings.append(_unbound(path, region, of, fitting, names))
    return snippets, tuple(bound), tuple(findings)


def unbound_expectations(source: Source) -> list[Finding]:
    """Return a Finding for each Expectation of ``source`` that no Snippet has to print."""
    return list(bind(source.path, source.regions)[2])


def _by_words(name: str, candidates: Sequence[str]) -> list[str]:
    words = set(name.lower().split()) - {"expected", "result", "results"}
    return [candidate for candidate in candidates if words and words <= set(candidate.lower().split())]


def _unbound(path: str, region: Region, of: str | None, fitting: list[str], names: list[str]) -> Finding:
    if of is not None:
        message = f"the Expectation {region.name!r} is bound to {of!r}, but there is no such Snippet"
    elif fitting:
        message = f"the Expectation {region.name!r} fits several Snippets: {', '.join(map(repr, fitting))}"
    else:
        message = f"the Expectation {region.name!r} is bound to no Snippet"
    close = difflib.get_close_matches(of or region.name, names, n=1)
    guess = f"did you mean {close[0]!r}? " if close and not fitting else ""
    known = ", ".join(repr(name) for name in names) or "none"
    hint = f"{guess}write `{{of: NAME}}` behind its START marker; the Snippets of this Source: {known}"
    return Finding(path, region.line, region.markers[0].column, UNBOUND, message, hint)
