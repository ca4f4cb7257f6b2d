"""Binds each Expectation to the Snippet that must give it: by ``{of: name}``, else by the words of its name.

A Region is an Expectation by its attributes, by a name like ``Expected … results``, or because it is named after a
Snippet, as ``searchResults`` after ``search``, and shows no code. One that stays unbound may still be bound by the
order of a Page (:mod:`.claims`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import chain, islice
from typing import TYPE_CHECKING

from snipproof.languages import COMMENT_TOKENS, language_of_file
from snipproof.model import Expectation, Finding, Origin, Region, Snippet, Source
from snipproof.site.attributes import names
from snipproof.site.markers import COMMENT_TOKEN
from snipproof.text import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

UNBOUND = "SP301"
_MAX_COMPARED = 100
_MAX_LINES = 100  # the first lines show what a Region is
_GENERIC_WORDS = frozenset({"expected", "result", "results", "response", "responses", "output", "outputs"})
_OUTPUT = r"(?:results?|responses?|outputs?)"
# An underscore ends a word here too.
_EXPECTED = re.compile(rf"^expected(?![^\W_]).*(?<![^\W_]){_OUTPUT}$|(?<![^\W_])expected[ _-]{_OUTPUT}$", re.IGNORECASE)
_NAMED_AFTER = re.compile(rf"^(?P<snippet>.*[^\s_-])[\s_-]*{_OUTPUT}$", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_DATA = re.compile(r"""\{\s*["'}]|\[\s*["'\]\[{\d.-]|\"{3}|'{3}|/\*""")
_COMMENTED = re.compile(rf"[ \t]*(?:{COMMENT_TOKEN}|\r?$)")


def bind(
    path: str, regions: Sequence[Region], text: str
) -> tuple[tuple[Snippet, ...], tuple[Expectation, ...], tuple[Finding, ...]]:
    """Return the Snippets among ``regions``, the bound Expectations, and a Finding for each unbound one.

    ``text`` is that of the Source at ``path``.
    """
    after = _named_after(path, regions, text)
    shown = [region for region in regions if region.name in after or _is_output(region)]
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
        fitting = of or _fitting(region, after, by_name, candidates)
        if all(name in by_name for name in fitting) and (len(fitting) == 1 or of):
            origin = Origin(region.attributes.get("from", Origin.STDOUT))
            bound.extend(Expectation(region, name, origin) for name in fitting)
        else:
            findings.append(_unbound(path, region, of, fitting, by_name))
    return snippets, tuple(bound), tuple(findings)


def unbound_expectations(source: Source, bound_by_pages: Collection[str] = ()) -> list[Finding]:
    """Return a Finding for each Expectation of ``source`` without a Snippet.

    ``bound_by_pages`` are the ids of the Regions that a Page binds (:attr:`.claims.ClaimSet.bound`): they need no
    Snippet of their own Source. An ``of`` that names a missing Snippet is still wrong.
    """
    unbound = bind(source.path, source.regions, source.text)[2]
    if not unbound or not bound_by_pages:
        return list(unbound)
    by_place = {(region.line, region.markers[0].column): region for region in source.regions}
    regions = [by_place[finding.line, finding.column] for finding in unbound]
    pairs = zip(unbound, regions, strict=True)
    return [finding for finding, region in pairs if "of" in region.attributes or region.id not in bound_by_pages]


def _fitting(
    region: Region, after: Mapping[str, str], by_name: Mapping[str, Snippet], candidates: Candidates
) -> list[str]:
    if region.name not in after:
        return candidates.fitting(region.name)
    # What it is named after may be an Expectation itself, which gives no output.
    return [after[region.name]] if after[region.name] in by_name else []


class Candidates:
    """The names of Snippets that an Expectation of the Source at ``path`` may mean."""

    def __init__(self, path: str, candidates: Iterable[str]) -> None:
        self._path = path
        self._by_word: dict[str, dict[str, None]] = {}
        self._by_squashed: dict[str, dict[str, None]] = {}
        for name in candidates:
            for word in name.lower().split():
                self._by_word.setdefault(word, {})[name] = None
            self._by_squashed.setdefault(_squashed(name), {})[name] = None

    def fitting(self, name: str) -> list[str]:
        """Return the candidates that ``name`` may mean.

        That is the candidate with the same name but for blanks, dashes, capitals and the language at its end; without
        one, every candidate that contains each word of ``name``.
        """
        wanted = set(name.lower().split()) - _GENERIC_WORDS
        if not wanted:
            return []
        words = _BETWEEN_WORDS.split(name)
        stem = _squashed("".join(word for word in words if word.lower() not in _GENERIC_WORDS))
        for key in _spellings(self._path, stem):
            if same := self._by_squashed.get(key):
                return list(same)
        containing = sorted((self._by_word.get(word, {}) for word in wanted), key=len)
        return [candidate for candidate in containing[0] if all(candidate in others for others in containing)]


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
        message = f"the Expectation {region.name!r} is not bound to a Snippet"
    known = list(by_name)
    guess = did_you_mean(missing or region.name, known[:_MAX_COMPARED]) if missing or not fitting else ""
    snippets = listed([repr(name) for name in known]) or "none"
    advice = f"write `{{of: NAME}}` after the name on its START line; the Snippets of this Source: {snippets}"
    hint = f"{guess} {advice}" if guess else advice
    return Finding(path, region.line, region.markers[0].column, UNBOUND, message, hint)


def _is_output(region: Region) -> bool:
    """Return whether a Region is an Expectation by an attribute or by a name like ``Expected … results``."""
    if region.attributes and ("of" in region.attributes or "from" in region.attributes):
        return True
    return is_output_name(region.name)


def is_output_name(name: str) -> bool:
    """Return whether ``name`` is like ``Expected … results``."""
    return _ends_as_output(name) and _EXPECTED.search(name) is not None


def is_named_like_output(name: str) -> bool:
    """Return whether ``name`` is that of output, whatever it belongs to: ``Expected … results``, ``searchResults``."""
    return _ends_as_output(name) and (_EXPECTED.search(name) or _NAMED_AFTER.match(name)) is not None


def shows_no_code(source: Source, region: Region) -> bool:
    """Return whether ``region`` begins like data, or stands in a comment or a string of ``source``."""
    return bool(_without_code(source.path, [region], source.text))


def _ends_as_output(name: str) -> bool:
    """Return whether ``name`` is worth a closer look, which most names are not."""
    return name[-9:].lower().rstrip("s").endswith(("result", "response", "output"))


def _squashed(name: str) -> str:
    """Return ``name`` without blanks, dashes, underscores and capitals."""
    return _BETWEEN_WORDS.sub("", name).casefold()


def _spellings(path: str, stem: str) -> Iterator[str]:
    """Yield the squashed names that a Snippet of the Source at ``path`` may have whose output is named ``stem``."""
    yield stem
    language = language_of_file(path)
    yield from (f"{stem}{ending}" for ending in (language.name_endings if language else ()))
    yield f"{stem}example"  # writers name `ClarkResults` after `ClarkExample`


def _named_after(path: str, regions: Sequence[Region], text: str) -> dict[str, str]:
    """Return, for each Region that is named after a Snippet, the name of that Snippet.

    ``searchResults`` may as well be the code that computes them, so the Region must show no code that runs: it begins
    like data, or stands in a comment or a string.
    """
    named_alike = [region for region in regions if _ends_as_output(region.name) and not _is_output(region)]
    if not named_alike:
        return {}
    by_squashed: dict[str, list[str]] = defaultdict(list)
    for region in regions:
        by_squashed[_squashed(region.name)].append(region.name)
    after: dict[str, str] = {}
    for region in named_alike:
        match = _NAMED_AFTER.match(region.name)
        stem = _squashed(match["snippet"]).removesuffix("expected") if match else ""
        found = next((by_squashed[key] for key in _spellings(path, stem) if key in by_squashed), [])
        if stem and len(found) == 1:
            after[region.name] = found[0]
    without_code = _without_code(path, [region for region in regions if region.name in after], text) if after else set()
    return {name: of for name, of in after.items() if name in without_code and of not in without_code}


def _without_code(path: str, regions: Sequence[Region], text: str) -> set[str]:
    """Return the names of those ``regions``, which are in the order of their lines, that show no code that runs."""
    lines = text.split("\n")
    found = set()
    done = 0
    block = OpenBlock(path)
    for region in regions:
        block.read("\n".join(lines[done : region.line - 1]))
        done = region.line - 1
        numbers = chain.from_iterable(range(segment.first, segment.last + 1) for segment in region.segments)
        first = [lines[number - 1] for number in islice(numbers, _MAX_LINES)]
        shown = "\n".join(first).lstrip()
        if shown and (block.is_open or _DATA.match(shown) or all(map(_COMMENTED.match, first))):
            found.add(region.name)
    return found


class OpenBlock:
    """Counts tokens to decide whether a string or a comment of several lines is open."""

    def __init__(self, path: str) -> None:
        language = language_of_file(path)
        self._quotes = dict.fromkeys(language.block_strings if language else (), 0)
        self._has_comments = "/*" in (language.comment_tokens if language else COMMENT_TOKENS)
        self._in_comment = False

    @classmethod
    def at_end_of(cls, path: str, text: str) -> bool:
        """Return whether one is open at the end of ``text``, the beginning of the Source at ``path``."""
        block = cls(path)
        block.read(text)
        return block.is_open

    def read(self, text: str) -> None:
        """Read the next part of the Source."""
        self._quotes = {quote: count + text.count(quote) for quote, count in self._quotes.items()}
        opened, closed = text.rfind("/*"), text.rfind("*/")
        if self._has_comments and opened != closed:
            self._in_comment = opened > closed

    @property
    def is_open(self) -> bool:
        """Whether one is open at the end of what was read."""
        return self._in_comment or any(count % 2 for count in self._quotes.values())
