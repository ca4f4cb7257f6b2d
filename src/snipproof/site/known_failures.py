"""Reads the ledger of known failures: Snippets that fail for a known reason, and what each Suite proves at least.

::

    [snippets."snippets/py/cloud.py::connect"]
    outcome = "failed"
    kind = "KeyError"
    reason = "needs an account"

    [snippets."snippets/py/search.py::rank"]
    unstable = true
    reason = "the order of equal scores changes"

    [floor."snippets/py/suite.yaml"]
    snippets = 40
    expectations = 25
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from snipproof.config import parse_toml, read_toml
from snipproof.errors import SettingsError
from snipproof.model import Finding, Outcome
from snipproof.site.combinations import without_label
from snipproof.text import did_you_mean
from snipproof.toml_positions import key_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from snipproof.config import Settings
    from snipproof.model import Suite

VANISHED = "SP404"
"""The rule of an entry whose Snippet or Suite does not exist."""
OUTCOMES = (Outcome.FAILED, Outcome.BLOCKED, Outcome.NOT_EXECUTED)
"""The Outcomes that can be expected: those that make a run red."""
UPDATE = "pytest --snippets-update-ledger"
_KEYS = ("outcome", "kind", "unstable", "reason")
_MISSING: Any = object()


class KnownFailure(NamedTuple):
    """A Snippet that is known to fail.

    :param outcome: the expected one of :data:`OUTCOMES`; ``None`` if the Snippet is unstable: any may come.
    :param kind: the expected kind of a failure, as in :attr:`snipproof.run.verdict.Verdict.kind`.
    :param reason: why it fails.
    """

    outcome: Outcome | None
    kind: str
    reason: str

    @property
    def unstable(self) -> bool:
        """Whether any Outcome may come."""
        return self.outcome is None

    @property
    def expected(self) -> str:
        """What is expected, in words: ``failed with KeyError``."""
        return f"{self.outcome} with {self.kind}" if self.kind else str(self.outcome or "unstable")


class Floor(NamedTuple):
    """How many Snippets of a Suite are proven, and how many Expectations match, at least."""

    snippets: int
    expectations: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger of known failures.

    :param name: the file, for messages.
    :param failures: by the id of the Snippet.
    :param floors: by the name of the Suite, see :meth:`suite_name`.
    :param positions: line and column of each table and key, by its path.
    :param home: the folder of the settings, relative to the root.
    """

    name: str
    failures: Mapping[str, KnownFailure] = field(default_factory=dict)
    floors: Mapping[str, Floor] = field(default_factory=dict)
    positions: Mapping[tuple[str, ...], tuple[int, int]] = field(default_factory=dict, compare=False)
    home: str = field(default=".", compare=False)

    def entry_of(self, snippet: str, combination: str = "") -> tuple[str, KnownFailure] | None:
        """Return the entry of a Snippet with the id that it has here; ``None`` if it has none.

        :param combination: the label of the versions in which it is proven; an entry for these alone comes first.
        """
        for name in (f"{snippet}[{combination}]", snippet):
            if entry := self.failures.get(name):
                return name, entry
        return None

    def suite_name(self, path: str) -> str:
        """Return how the ledger names the Suite at ``path``, wherever the checkouts of docs and settings are."""
        return posixpath.relpath(path, self.home) if path.startswith("../") else path

    def position(self, *path: str) -> tuple[int, int]:
        """Return line and column of the key at ``path``, or of the nearest table around it."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))

    def place(self, *path: str) -> str:
        """Return ``file:line:column`` of the key at ``path``."""
        line, column = self.position(*path)
        return f"{self.name}:{line}:{column}"


def load_ledger(settings: Settings, *, is_updated: bool = False) -> Ledger | None:
    """Return the ledger that the setting ``known-failures`` names, ``None`` if it names none.

    :param is_updated: whether this run writes it: then it need not exist, and reasons may be missing.
    :raises SettingsError: it does not exist, or has an error, with its place.
    """
    name = settings.known_failures
    if not name:
        return None
    path = settings.home / name
    home = Path(os.path.relpath(settings.home, settings.root)).as_posix()
    if not path.exists():
        if is_updated:
            return Ledger(name, home=home)
        raise SettingsError(f"{settings.origin('known-failures')} {name} not found", f"create it: {UPDATE}")
    text, table = read_toml(path, name)
    return replace(_LedgerFile(name, text, needs_reasons=not is_updated).read(table), home=home)


def read_ledger(text: str, name: str, *, is_updated: bool = False) -> Ledger:
    """Return the ledger that ``text`` is; as :func:`load_ledger`."""
    return _LedgerFile(name, text, needs_reasons=not is_updated).read(parse_toml(text, name))


class _LedgerFile:
    """Turns the table of a file into a Ledger."""

    def __init__(self, name: str, text: str, *, needs_reasons: bool) -> None:
        self._needs_reasons = needs_reasons
        positions = {
            path: (text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
            for path, offset in key_positions(text).items()
        }
        self._empty = Ledger(name, positions=positions)

    def read(self, table: dict[str, Any]) -> Ledger:
        self._reject_unknown(table, ("snippets", "floor"))
        failures = {name: self._failure(name, entry) for name, entry in self._table(table, "snippets").items()}
        floors = {name: self._floor(name, entry) for name, entry in self._table(table, "floor").items()}
        return Ledger(self._empty.name, failures, floors, self._empty.positions)

    def _failure(self, name: str, entry: Any) -> KnownFailure:
        at = ("snippets", name)
        if "::" not in name:
            raise self._error(at, f"{name!r} is not the id of a Snippet", "write it as `path::name of the Region`")
        self._require(at, entry, dict, "a table")
        self._reject_unknown(entry, _KEYS, *at)
        unstable = self._value(at, entry, "unstable", bool, "true or false", False)
        reason = self._value(at, entry, "reason", str, "a string", "").strip()
        if not reason and self._needs_reasons:
            raise self._error((*at, "reason"), f"no reason for {name}", 'write why it fails: reason = "…"')
        outcome, kind = (self._value(at, entry, key, str, "a string", "") for key in ("outcome", "kind"))
        if unstable:
            if given := next((key for key in ("outcome", "kind") if key in entry), ""):
                raise self._error(
                    (*at, given), f"an unstable Snippet has no {given!r}", "any outcome may come: remove it"
                )
            return KnownFailure(None, "", reason)
        expected = self._outcome(at, outcome)
        if expected is Outcome.FAILED and not kind:
            raise self._error((*at, "kind"), f"no kind of failure for {name}", 'write it as kind = "KeyError"')
        if expected is not Outcome.FAILED and kind:
            raise self._error((*at, "kind"), f"a Snippet that is {expected} has no 'kind'", "remove it")
        return KnownFailure(expected, kind, reason)

    def _outcome(self, at: tuple[str, str], outcome: str) -> Outcome:
        if outcome not in OUTCOMES:
            what = f"'outcome' cannot be {outcome!r}" if outcome else f"no 'outcome' for {at[1]}"
            hint = (
                did_you_mean(outcome, map(str, OUTCOMES)) or f"known: {', '.join(OUTCOMES)}; or write unstable = true"
            )
            raise self._error((*at, "outcome"), what, hint)
        return Outcome(outcome)

    def _floor(self, name: str, entry: Any) -> Floor:
        at = ("floor", name)
        self._require(at, entry, dict, "a table")
        self._reject_unknown(entry, Floor._fields, *at)
        numbers = [self._value(at, entry, key, int, "a whole number", 0) for key in Floor._fields]
        for key, number in zip(Floor._fields, numbers, strict=True):
            if number < 0:
                raise self._error((*at, key), f"{key!r} must be 0 or more, not {number}")
        return Floor(*numbers)

    def _table(self, table: dict[str, Any], key: str) -> dict[str, Any]:
        found: dict[str, Any] = self._value((), table, key, dict, "a table", {})
        return found

    def _value(self, at: tuple[str, ...], table: dict[str, Any], key: str, kind: type, words: str, default: Any) -> Any:
        found = table.get(key, _MISSING)
        if found is _MISSING:
            return default
        self._require((*at, key), found, kind, words)
        return found

    def _require(self, at: tuple[str, ...], value: Any, kind: type, words: str) -> None:
        if type(value) is not kind:
            raise self._error(at, f"{at[-1]!r} must be {words}, not {value!r}")

    def _reject_unknown(self, table: Mapping[str, Any], known: Sequence[str], *at: str) -> None:
        if unknown := next((key for key in table if key not in known), None):
            hint = did_you_mean(unknown, known) or f"known keys: {', '.join(known)}"
            raise self._error((*at, unknown), f"unknown key {unknown!r}", hint)

    def _error(self, at: tuple[str, ...], message: str, hint: str = "") -> SettingsError:
        return SettingsError(f"{self._empty.place(*at)} {message}", hint)


def find_vanished(
    ledger: Ledger,
    suites: Sequence[Suite],
    names_in: Callable[[str], Collection[str] | None],
    labels: Sequence[str] = (),
) -> Iterator[Finding]:
    """Yield a Finding for each entry of ``ledger`` whose Snippet or Suite does not exist.

    :param names_in: returns the names of the Snippets of a Source, ``None`` if it cannot be read.
    :param labels: those of the combinations of versions, which the id of an entry may end with.
    """
    sources = [path for suite in suites for path in suite.sources]
    for snippet in ledger.failures:
        path, _, name = snippet.partition("::")
        names = names_in(path) if path in sources else ()
        if names is None or name in names or without_label(name, labels) in names:
            continue
        message = f"{snippet} does not exist" if path in sources else f"{snippet}: {path} is a Source of no Suite"
        guess = did_you_mean(name, names) if path in sources else did_you_mean(path, sources)
        yield _vanished(ledger, ("snippets", snippet), message, guess)
    for suite in ledger.floors:
        paths = [ledger.suite_name(each.path) for each in suites]
        if suite not in paths:
            yield _vanished(ledger, ("floor", suite), f"{suite} is not a Suite", did_you_mean(suite, paths))


def _vanished(ledger: Ledger, at: tuple[str, str], message: str, guess: str) -> Finding:
    hint = guess or f"remove the entry, or run `{UPDATE}`"
    return Finding(ledger.name, *ledger.position(*at), VANISHED, message, hint)
