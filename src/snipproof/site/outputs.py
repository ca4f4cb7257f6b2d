"""Which Regions are output to show, by their attributes and names: ``Expected … results``, or ``searchResults``."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import chain, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from snipproof.model import Region

_OUTPUT = r"(?:results?|responses?|outputs?)"
# An underscore ends a word here too.
_EXPECTED = re.compile(rf"^expected(?![^\W_]).*(?<![^\W_]){_OUTPUT}$|(?<![^\W_])expected[ _-]{_OUTPUT}$", re.IGNORECASE)
_NAMED_AFTER = re.compile(rf"^(?P<snippet>.*[^\s_-])[\s_-]*{_OUTPUT}$", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_DATA = re.compile(r"""\{\s*["'}]|\[\s*["'\]\[{\d.-]|\"{3}|'{3}|/\*""")
_COMMENTED = re.compile(r"[ \t]*(?:#|//|--|;|\*|/\*|<!--|\r?$)")
_LANGUAGES = {
    "py": ("python", "py"),
    **dict.fromkeys(("ts", "mts"), ("typescript", "ts")),
    **dict.fromkeys(("js", "mjs"), ("javascript", "js")),
    "go": ("go",),
    "java": ("java",),
}
# What a Region is shows in its first lines.
_MOST_LINES = 100


def is_output(region: Region) -> bool:
    """Whether a Region says by itself that it is output to show: by an attribute, or as ``Expected … results``."""
    if region.attributes and ("of" in region.attributes or "from" in region.attributes):
        return True
    return _ends_as_output(region.name) and _EXPECTED.search(region.name) is not None


def _ends_as_output(name: str) -> bool:
    """Whether it is worth a closer look, which most names are not."""
    return name[-9:].lower().rstrip("s").endswith(("result", "response", "output"))


def words(name: str) -> list[str]:
    """Return the words of ``name``, which blanks, dashes and underscores part."""
    return _BETWEEN_WORDS.split(name)


def squashed(name: str) -> str:
    """Return ``name`` without blanks, dashes, underscores and capitals."""
    return _BETWEEN_WORDS.sub("", name).casefold()


def spellings(path: str, stem: str) -> Iterator[str]:
    """Yield what a Snippet of the Source at ``path`` may be called, squashed, whose output is named ``stem``."""
    yield stem
    yield from (f"{stem}{language}" for language in _LANGUAGES.get(path.rpartition(".")[2], ()))
    yield f"{stem}example"  # writers have `ClarkResults` for `ClarkExample`


def named_after(path: str, regions: Sequence[Region], text: str) -> dict[str, str]:
    """Return the name of the Snippet for each Region that is named after it: ``searchResults`` after ``search``.

    Such a name is as good for code as for what that prints, so the Region must show no code that runs: it begins like
    data, or stands in a comment or a string. ``text`` is that of the Source at ``path``.
    """
    like_it = [region for region in regions if _ends_as_output(region.name) and not is_output(region)]
    if not like_it:
        return {}
    by_squashed: dict[str, list[str]] = defaultdict(list)
    for region in regions:
        by_squashed[squashed(region.name)].append(region.name)
    meant: dict[str, str] = {}
    for region in like_it:
        match = _NAMED_AFTER.match(region.name)
        stem = squashed(match["snippet"]).removesuffix("expected") if match else ""
        found = next((by_squashed[key] for key in spellings(path, stem) if key in by_squashed), [])
        if stem and len(found) == 1:
            meant[region.name] = found[0]
    shown_only = _shown_only(path, [region for region in regions if region.name in meant], text) if meant else set()
    return {name: of for name, of in meant.items() if name in shown_only and of not in shown_only}


def _shown_only(path: str, regions: Sequence[Region], text: str) -> set[str]:
    """Return the names of those ``regions``, which are given by line, that show no code that runs."""
    lines = text.split("\n")
    found = set()
    done = 0
    open_in = _Open(path)
    for region in regions:
        open_in.read("\n".join(lines[done : region.line - 1]))
        done = region.line - 1
        first = list(islice(_lines(region, lines), _MOST_LINES))
        shown = "\n".join(first).lstrip()
        if shown and (open_in.any or _DATA.match(shown) or all(map(_COMMENTED.match, first))):
            found.add(region.name)
    return found


def _lines(region: Region, lines: Sequence[str]) -> Iterator[str]:
    numbers = chain.from_iterable(range(segment.first, segment.last + 1) for segment in region.segments)
    return (lines[number - 1] for number in numbers)


class _Open:
    """Whether a string or a block comment of several lines is open, told by counting what opens and closes them."""

    def __init__(self, path: str) -> None:
        self._quotes: Mapping[str, int] = dict.fromkeys(('"""', "'''") if path.endswith(".py") else ("`",), 0)
        self._comment = False

    def read(self, text: str) -> None:
        """Take in the next part of the Source."""
        self._quotes = {quote: count + text.count(quote) for quote, count in self._quotes.items()}
        opened, closed = text.rfind("/*"), text.rfind("*/")
        if opened != closed:
            self._comment = opened > closed

    @property
    def any(self) -> bool:
        """Whether one is open."""
        quoted = any(count % 2 for count in self._quotes.values())
        return quoted or (self._comment and '"""' not in self._quotes)
