"""Binds each Expectation to the Snippet that must print it: by ``{of: name}``, else by the words of its name."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from snipproof.model import Expectation, Finding, Region, Snippet, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNBOUND = "SP301"
_MOST_CANDIDATES = 100
_MOST_LISTED = 12
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
    by_word: dict[str, dict[str, None]] = {}
    for name in names:
        for word in name.lower().split():
            by_word.setdefault(word, {})[name] = None
    bound = []
    findings = []
    for region in regions:
        if not is_expectation(region):
            continue
        of = region.attributes.get("of")
        fitting = [name for name in names if name == of] if of else _by_words(region.name, by_word)
        if len(fitting) == 1:
            bound.append(Expectation(region, fitting[0]))
        else:
            findings.append(_unbound(path, region, of, fitting, names))
    return snippets, tuple(bound), tuple(findings)


def unbound_expectations(source: Source) -> list[Finding]:
    """Return a Finding for each Expectation of ``source`` that no Snippet has to print."""
    return list(bind(source.path, source.regions)[2])


def _by_words(name: str, by_word: Mapping[str, Mapping[str, None]]) -> list[str]:
    """Return the names of Snippets that hold every word of ``name``; ``by_word`` gives those that hold one."""
    words = set(name.lower().split()) - {"expected", "result", "results"}
    holding = sorted((by_word.get(word, {}) for word in words), key=len)
    return [candidate for candidate in holding[0] if all(candidate in others for others in holding)] if words else []


def _unbound(path: str, region: Region, of: str | None, fitting: list[str], names: list[str]) -> Finding:
    if of is not None:
        message = f"the Expectation {region.name!r} is bound to {of!r}, but there is no such Snippet"
    elif fitting:
        message = f"the Expectation {region.name!r} fits several Snippets: {_listed(fitting)}"
    else:
        message = f"the Expectation {region.name!r} is bound to no Snippet"
    close = difflib.get_close_matches(of or region.name, names[:_MOST_CANDIDATES], n=1)
    guess = f"did you mean {close[0]!r}? " if close and not fitting else ""
    known = _listed(names) or "none"
    hint = f"{guess}write `{{of: NAME}}` behind its START marker; the Snippets of this Source: {known}"
    return Finding(path, region.line, region.markers[0].column, UNBOUND, message, hint)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return ", ".join(repr(name) for name in names[:_MOST_LISTED]) + more
