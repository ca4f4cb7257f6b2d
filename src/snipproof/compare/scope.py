"""Where the options of a comparison apply: paths into the actual data, such as ``$.data.Get.Photo[0].title``.

A :data:`DataPath` is ``None`` for the whole data, otherwise the path of the container with the name or index in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from snipproof.compare.fast_json import LazyNodes
from snipproof.compare.options import ComparisonOptions, OptionError
from snipproof.compare.tree import Array, Documents, Expected, Node, Object, TextLines, TypedNode, TypedValue
from snipproof.text import close_match

DataPath = tuple[Any, Any] | None

_NAME = re.compile(r"[^\W\d]\w*")
# Closer than a plural or a pair of different words: suggest `version` for `verson`, but not `ids` for `id`.
_MISSPELLING_CUTOFF = 0.85


@dataclass(frozen=True, slots=True)
class DocumentIndex:
    """The index of a value among several in a row."""

    index: int


@dataclass(frozen=True, slots=True)
class LineIndex:
    """The index of a line of plain text."""

    index: int


class SetIndex(int):
    """The index of a set's list of elements between its brackets; these elements may be in any order."""

    __slots__ = ()


def path_steps(path: DataPath) -> tuple[Any, ...]:
    """Return the names and indices of ``path``, outermost first."""
    steps = []
    while path is not None:
        path, key = path
        steps.append(key)
    return tuple(reversed(steps))


def path_text(path: DataPath) -> str:
    """Return ``path`` as messages show it."""
    before, out = "", "$"
    for step in path_steps(path):
        if isinstance(step, DocumentIndex):
            before = f"value {step.index + 1}: "
        elif isinstance(step, LineIndex):
            return f"line {step.index + 1}"
        elif isinstance(step, int):
            out += f"[{step}]"
        elif _NAME.fullmatch(step):
            out += f".{step}"
        else:
            out += f"[{step!r}]"
    return before + out


def element_word(path: DataPath) -> str:
    """Return the word for what is at ``path``, one of several in a row: ``line``, ``value`` or ``element``."""
    key = None if path is None else path[1]
    return "line" if isinstance(key, LineIndex) else "value" if isinstance(key, DocumentIndex) else "element"


class Scope:
    """Looks up which options apply at a path.

    :param roots: the actual data; each value with the steps of its path, which are empty if there is only one value.
    :raises OptionError: a path among the options is not valid.
    """

    def __init__(self, options: ComparisonOptions, roots: Sequence[tuple[tuple[Any, ...], Any]]) -> None:
        self.options = options
        self._tolerances = dict(options.approx)
        self._ignore = frozenset(options.ignore)
        self._unordered = frozenset(options.unordered)
        paths = {name for name in (*options.ignore, *options.approx, *options.unordered) if name.startswith("$")}
        self._matches = {
            path: {(*before, *steps) for before, data in roots for steps, _ in find_matches(path, data)}
            for path in paths
        }

    def ignored(self, path: DataPath) -> bool:
        """Whether the value at ``path`` is not compared."""
        return bool(self._ignore) and self._names(self._ignore, path)

    def unordered(self, path: DataPath) -> bool:
        """Whether the elements of the list at ``path`` may be in any order; those of a set always may."""
        if self.options.all_unordered or (path is not None and isinstance(path[1], SetIndex)):
            return True
        return bool(self._unordered) and self._names(self._unordered, path)

    def tolerance(self, path: DataPath, inherited: Decimal | None) -> Decimal | None:
        """Return the tolerance for a number at ``path``, ``None`` if there is none.

        :param inherited: the tolerance of the container; it applies to the elements of a list.
        """
        if not self._tolerances or path is None:
            return None
        kept = inherited if isinstance(path[1], int) else None
        given = [self._tolerances[name] for name in self._tolerances if self._names((name,), path)]
        return max([*given, *([kept] if kept is not None else [])], default=None)

    def unmatched_approx_paths(self) -> list[str]:
        """Return the paths of ``approx`` that match nothing in the actual data."""
        return [name for name in self._tolerances if name.startswith("$") and not self._matches[name]]

    def _names(self, names: Iterable[str], path: DataPath) -> bool:
        """Whether one of the names or RFC 9535 paths in ``names`` matches ``path``."""
        if path is not None and isinstance(path[1], str) and path[1] in names:
            return True
        if not self._matches:
            return False
        steps = path_steps(path)
        return any(steps in self._matches[name] for name in names if name in self._matches)


def select(path: str, data: Any) -> tuple[bool, Any]:
    """Return whether an RFC 9535 path matches anything in ``data``, and the value: a list if there are several.

    :raises OptionError: the path is not valid.
    """
    found = [value for _, value in find_matches(path, data)]
    return bool(found), found[0] if len(found) == 1 else found


def find_matches(path: str, data: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Return the matches of an RFC 9535 path in ``data``, as (steps, value).

    :raises OptionError: the path is not valid.
    """
    import jsonpath

    from snipproof.compare.paths import PatternError, find

    try:
        matches = find(path, _to_json(data))
    except PatternError as error:
        raise OptionError(f"`{path}`: {error}") from None
    except (jsonpath.JSONPathError, RecursionError, ValueError, TypeError) as error:
        raise OptionError(f"`{path}` is not a path of RFC 9535: {str(error).splitlines()[0]}") from None
    return [(tuple(match.parts), _from_json(match.obj)) for match in matches]


class _NamedMembers(dict[str, Any]):
    """The members of a :class:`TypedValue` as an object, so that paths lead into it."""

    original: TypedValue


def _to_json(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _to_json(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_to_json(value) for value in data]
    if isinstance(data, TypedValue) and data.members and not data.positional:
        named = _NamedMembers((name, _to_json(value)) for name, value in data.members)
        named.original = data
        return named
    return data


def _from_json(data: Any) -> Any:
    if isinstance(data, _NamedMembers):
        return data.original
    if isinstance(data, dict):
        return {name: _from_json(value) for name, value in data.items()}
    return [_from_json(value) for value in data] if isinstance(data, list) else data


def check_options(expected: Expected, data: Any, scope: Scope) -> None:
    """Refuse options that would have no effect, such as misspelt names.

    :param data: the actual data: a value, or the values in a row if several are expected.
    :raises OptionError: there is one.
    """
    options = scope.options
    if options.shape and isinstance(expected.node, TextLines):
        raise OptionError("`shape` compares the types and names of data, but the expected text is plain text")
    if options.ignore and not isinstance(expected.node, TextLines):
        _check_ignored(expected, data, options)
    if not options.approx:
        return
    for path in scope.unmatched_approx_paths():
        raise OptionError(f"`approx` names `{path}`, which matches nothing in the actual output")
    shown = set(_member_names(expected.node))
    for name in options.approx:
        if not name.startswith("$") and name not in shown:
            close = close_match(name, shown)
            guess = f": did you mean `{close}`?" if close else ""
            raise OptionError(f"`approx` names `{name}`, which is not shown here{guess}")


def _check_ignored(expected: Expected, data: Any, options: ComparisonOptions) -> None:
    """Refuse to ignore an absent name that is close to a present one; any other may be present in another run.

    :raises OptionError: there is one.
    """
    names = set(_member_names(expected.node))
    absent = [name for name in options.ignore if not name.startswith("$") and name not in names]
    if absent:
        names.update(*(_member_names(value) for value in (data if isinstance(expected.node, Documents) else [data])))
    for name in absent:
        others = names - {*options.ignore}
        if name not in names and (close := close_match(name, others, cutoff=_MISSPELLING_CUTOFF)):
            raise OptionError(
                f"`ignore` names `{name}`, which is neither shown nor in the actual output: did you mean `{close}`?"
            )


def _member_names(root: Any) -> Iterator[str]:
    """Yield the names of all members in a node or in data."""
    stack: list[Node | Any] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, Object):
            if isinstance(item.members, LazyNodes):
                stack.append(item.members.data)
            else:
                yield from (member.name for member in item.members)
                stack += [member.value for member in item.members]
        elif isinstance(item, Array):
            stack += item.items.data if isinstance(item.items, LazyNodes) else item.items
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
