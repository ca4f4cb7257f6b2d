"""Binds each Expectation to the Snippet that must give it: by ``{of: name}``, else by the words of its name.

One that neither binds may still be bound by the order of a page (:mod:`.claims`).
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from snipproof.model import Expectation, Finding, Origin, Region, Snippet, Source
from snipproof.site.attributes import names
from snipproof.site.outputs import is_output, named_after, spellings, squashed, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

UNBOUND = "SP301"
_MOST_CANDIDATES = 100
_MOST_LISTED = 12
_NOT_OF_THE_NAME = frozenset({"expected", "result", "results", "response", "responses", "output", "outputs"})


def bind(
    path: str, regions: Sequence[Region], text: str
) -> tuple[tuple[Snippet, ...], tuple[Expectation, ...], tuple[Finding, ...]]:
    """Return the Snippets among ``regions``, the Expectations that are bound, and a Finding for each other one.

    ``text`` is that of the Source, which decides what :mod:`.outputs` cannot know by the names alone.
    """
    after = named_after(path, regions, text)
    shown = [region for region in regions if region.name in after or is_output(region)]
    taken = {region.name for region in shown}
    snippets = tuple(Snippet(region) for region in regions if region.name not in taken)
    if not shown:
        return snippets, (), ()
    by_name = {snippet.name: snippet for snippet in snippets}
    candidates = Candidates(path, by_name)
    bound: list[Expectation] = []
    findings = []
    for region in shown:
        of = tuple(dict.fromkeys(names(region.attributes.get("of"))))
        fitting = of or ([after[region.name]] if region.name in after else candidates.fitting(region.name))
        if all(name in by_name for name in fitting) and (len(fitting) == 1 or of):
            origin = Origin(region.attributes.get("from", Origin.STDOUT))
            bound.extend(Expectation(region, name, origin) for name in fitting)
        else:
            findings.append(_unbound(path, region, of, fitting, by_name))
    return snippets, tuple(bound), tuple(findings)


def unbound_expectations(source: Source, claimed: Collection[str] = ()) -> list[Finding]:
    """Return a Finding for each Expectation of ``source`` that no Snippet has to give.

    ``claimed`` are the ids of the Regions that a page binds (:attr:`.claims.ClaimSet.bound`). They need no other
    Snippet; only an ``of`` that names none is wrong all the same.
    """
    unbound = bind(source.path, source.regions, source.text)[2]
    if not unbound or not claimed:
        return list(unbound)
    by_place = {(region.line, region.markers[0].column): region for region in source.regions}
    regions = [by_place[finding.line, finding.column] for finding in unbound]
    pairs = zip(unbound, regions, strict=True)
    return [finding for finding, region in pairs if "of" in region.attributes or region.id not in claimed]


class Candidates:
    """Names of Snippets, among which that of an Expectation of the Source at ``path`` may mean one."""

    def __init__(self, path: str, candidates: Iterable[str]) -> None:
        self._path = path
        self._by_word: dict[str, dict[str, None]] = {}
        self._by_squashed: dict[str, dict[str, None]] = {}
        for name in candidates:
            for word in name.lower().split():
                self._by_word.setdefault(word, {})[name] = None
            self._by_squashed.setdefault(squashed(name), {})[name] = None

    def fitting(self, name: str) -> list[str]:
        """Return the candidates that ``name`` may mean.

        It is the one that is the same without blanks, dashes and capitals, which may end with its language; without
        such a one it is any that holds every word of it.
        """
        wanted = set(name.lower().split()) - _NOT_OF_THE_NAME
        if not wanted:
            return []
        stem = squashed("".join(word for word in words(name) if word.lower() not in _NOT_OF_THE_NAME))
        for key in spellings(self._path, stem):
            if same := self._by_squashed.get(key):
                return list(same)
        holding = sorted((self._by_word.get(word, {}) for word in wanted), key=len)
        return [candidate for candidate in holding[0] if all(candidate in others for others in holding)]


def listed(found: Sequence[str]) -> str:
    """Return names or places for a message, cut where they are too many to be read."""
    more = f" and {len(found) - _MOST_LISTED} more" if len(found) > _MOST_LISTED else ""
    return ", ".join(found[:_MOST_LISTED]) + more


def _unbound(
    path: str, region: Region, of: Sequence[str], fitting: Sequence[str], by_name: Mapping[str, Snippet]
) -> Finding:
    missing = next((name for name in of if name not in by_name), None)
    if missing is not None:
        message = f"the Expectation {region.name!r} is bound to {missing!r}, but there is no such Snippet"
    elif fitting:
        places = [f"{name!r} (line {by_name[name].region.line})" for name in fitting]
        message = f"the Expectation {region.name!r} fits several Snippets: {listed(places)}"
    else:
        message = f"the Expectation {region.name!r} is bound to no Snippet"
    known = list(by_name)
    close = difflib.get_close_matches(missing or region.name, known[:_MOST_CANDIDATES], n=1)
    guess = f"did you mean {close[0]!r}? " if close and (missing or not fitting) else ""
    snippets = listed([repr(name) for name in known]) or "none"
    hint = f"{guess}write `{{of: NAME}}` behind its START marker; the Snippets of this Source: {snippets}"
    return Finding(path, region.line, region.markers[0].column, UNBOUND, message, hint)
