"""Which ComparisonOptions apply at which place: their paths, looked up in the actual data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from snipproof.compare.options import ComparisonOptions
from snipproof.compare.places import Bag, Place, parts
from snipproof.compare.tree import TypedValue


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
