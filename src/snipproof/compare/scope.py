"""Places in the actual data, and how they are written: ``$.data.Get.Photo[0].title``.

A place is ``None`` for the whole, else the place of its container with the name or index in it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from snipproof.compare.fast_json import Lazy
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.tree import Array, Documents, Expected, Node, Object, TextLines, TypedNode, TypedValue

Place = tuple[Any, Any] | None

_NAME = re.compile(r"[^\W\d]\w*")
# Nearer than a plural or a pair of different words: `verson`, not `id` for `ids`.
_CLOSE = 0.85


@dataclass(frozen=True, slots=True)
class Document:
    """The index of a value among several in a row."""

    index: int


@dataclass(frozen=True, slots=True)
class Line:
    """The index of a line of text."""

    index: int


class Bag(int):
    """The index of the elements of a set among what stands between its brackets: they may stand in any order."""

    __slots__ = ()


def parts(place: Place) -> tuple[Any, ...]:
    """Return the names and indices from the whole to ``place``."""
    found = []
    while place is not None:
        place, key = place
        found.append(key)
    return tuple(reversed(found))


def written(place: Place) -> str:
    """Return ``place`` as it is shown to people."""
    before, out = "", "$"
    for part in parts(place):
        if isinstance(part, Document):
            before = f"value {part.index + 1}: "
        elif isinstance(part, Line):
            return f"line {part.index + 1}"
        elif isinstance(part, int):
            out += f"[{part}]"
        elif _NAME.fullmatch(part):
            out += f".{part}"
        else:
            out += f"[{part!r}]"
    return before + out


def element_at(place: Place) -> str:
    """Return what stands at ``place`` in a row, in a word."""
    kind = None if place is None else place[1]
    return "line" if isinstance(kind, Line) else "value" if isinstance(kind, Document) else "element"


class OptionError(ValueError):
    """A law of the START line cannot be applied; the message says why, in words."""


class Scope:
    """The laws over actual data.

    :param roots: the data, each value behind its place among several.
    :raises OptionError: a path is not one of RFC 9535.
    """

    def __init__(self, laws: ComparisonOptions, roots: Sequence[tuple[tuple[Any, ...], Any]]) -> None:
        self.laws = laws
        self._tolerances = dict(laws.approx)
        self._ignore = frozenset(laws.ignore)
        self._unordered = frozenset(laws.unordered)
        paths = {name for name in (*laws.ignore, *laws.approx, *laws.unordered) if name.startswith("$")}
        self._found = {
            path: {(*before, *place) for before, data in roots for place, _ in find(path, data)} for path in paths
        }

    def ignored(self, place: Place) -> bool:
        """Whether the value at ``place`` is not compared."""
        return bool(self._ignore) and self._names(self._ignore, place)

    def unordered(self, place: Place) -> bool:
        """Whether the elements of the list at ``place`` may stand in any order; those of a set always may."""
        if self.laws.all_unordered or (place is not None and isinstance(place[1], Bag)):
            return True
        return bool(self._unordered) and self._names(self._unordered, place)

    def tolerance(self, place: Place, inherited: Decimal | None) -> Decimal | None:
        """Return how far a number at ``place`` may be off; ``inherited`` is that of the list that it is an element of.

        :returns: ``None`` where nothing is said.
        """
        if not self._tolerances or place is None:
            return None
        kept = inherited if isinstance(place[1], int) else None
        given = [self._tolerances[name] for name in self._tolerances if self._names((name,), place)]
        return max([*given, *([kept] if kept is not None else [])], default=None)

    def nowhere(self) -> list[str]:
        """Return the paths of ``approx`` that lead nowhere in the actual data."""
        return [name for name in self._tolerances if name.startswith("$") and not self._found[name]]

    def _names(self, names: Iterable[str], place: Place) -> bool:
        if place is not None and isinstance(place[1], str) and place[1] in names:
            return True
        if not self._found:
            return False
        steps = parts(place)
        return any(steps in self._found[name] for name in names if name in self._found)


def select(path: str, data: Any) -> tuple[bool, Any]:
    """Return whether an RFC 9535 path finds anything in ``data``, and what: a value, or a list where it is several.

    :raises OptionError: it is not such a path.
    """
    found = [value for _, value in find(path, data)]
    return bool(found), found[0] if len(found) == 1 else found


def find(path: str, data: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Return what an RFC 9535 path finds in ``data``, as (place, value).

    :raises OptionError: it is not such a path.
    """
    import jsonpath

    try:
        matches = list(jsonpath.finditer(path, _as_json(data)))
    except (jsonpath.JSONPathError, RecursionError, ValueError, TypeError) as error:
        raise OptionError(f"`{path}` is not a path of RFC 9535: {str(error).splitlines()[0]}") from None
    return [(tuple(match.parts), _as_it_was(match.obj)) for match in matches]


class _Named(dict[str, Any]):
    """The members of a :class:`TypedValue`, so that a path leads into it."""

    called: TypedValue


def _as_json(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _as_json(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_as_json(value) for value in data]
    if isinstance(data, TypedValue) and data.members and not data.positional:
        named = _Named((name, _as_json(value)) for name, value in data.members)
        named.called = data
        return named
    return data


def _as_it_was(data: Any) -> Any:
    if isinstance(data, _Named):
        return data.called
    if isinstance(data, dict):
        return {name: _as_it_was(value) for name, value in data.items()}
    return [_as_it_was(value) for value in data] if isinstance(data, list) else data


def check_names(expected: Expected, data: Any, laws: ComparisonOptions, scope: Scope) -> None:
    """Refuse names that say nothing since they are misspelt, and shapes of text.

    :raises OptionError: there is one.
    """
    if laws.shape and isinstance(expected.node, TextLines):
        raise OptionError("`shape` compares the types and names of data, and what is shown is plain text")
    if laws.ignore and not isinstance(expected.node, TextLines):
        _check_ignored(expected, data, laws)
    if not laws.approx:
        return
    for path in scope.nowhere():
        raise OptionError(f"`approx` names `{path}`, which is nowhere in the actual output")
    shown = set(member_names(expected.node))
    for name in laws.approx:
        if not name.startswith("$") and name not in shown:
            close = difflib.get_close_matches(name, shown, n=1)
            guess = f": did you mean `{close[0]}`?" if close else ""
            raise OptionError(f"`approx` names `{name}`, which is not shown here{guess}")


def _check_ignored(expected: Expected, data: Any, laws: ComparisonOptions) -> None:
    """Refuse to ignore what is nowhere, if a name that is like it is somewhere; another may be there the next time.

    :raises OptionError: there is one.
    """
    names = set(member_names(expected.node))
    absent = [name for name in laws.ignore if not name.startswith("$") and name not in names]
    if absent:
        names.update(*(member_names(value) for value in (data if isinstance(expected.node, Documents) else [data])))
    for name in absent:
        if name not in names and (close := difflib.get_close_matches(name, names - {*laws.ignore}, 1, _CLOSE)):
            raise OptionError(
                f"`ignore` names `{name}`, which is neither shown nor in the actual output: did you mean `{close[0]}`?"
            )


def member_names(node: Node) -> Iterator[str]:
    """Yield the names of all members in ``node``."""
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, Object):
            if isinstance(item.members, Lazy):
                stack.append(item.members.data)
            else:
                yield from (member.name for member in item.members)
                stack += [member.value for member in item.members]
        elif isinstance(item, Array):
            stack += item.items.data if isinstance(item.items, Lazy) else item.items
        elif isinstance(item, Documents):
            stack += item.items
        elif isinstance(item, TypedNode):
            stack += [*item.positional, item.members]
        elif isinstance(item, dict):
            yield from item
            stack += item.values()
        elif isinstance(item, list | tuple):
            stack += item
        elif isinstance(item, TypedValue):
            stack += [*item.positional, dict(item.members)]
