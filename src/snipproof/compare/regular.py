r"""Regular expressions of RFC 9485 (I-Regexp) that take linear time, whatever the pattern and the text.

``re`` tries one way after the other, which takes years for ``(a|a)*b``. Here all ways are followed at once: a set of
states of an automaton, one step for each character. Beyond the RFC, what is common in patterns works, too: ``\d``,
``\w``, ``\s``, ``\b``, ``^``, ``$``, lazy quantifiers, named groups and the flags ``(?is)``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

MAX_STEPS: Final = 20_000_000
_STATE_COST: Final = 8  # a state takes longer than a character whose step is known
_MAX_STATES: Final = 20_000
_MAX_DEPTH: Final = 100
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d{1,6})(?:(,)(\d{1,6})?)?\})([?+]?)")
_FLAGS = re.compile(r"\(\?([a-zA-Z]+)\)")
_GROUP = re.compile(r"\((?:\?:|\?P<\w+>)?(?!\?)")
_PROPERTY = re.compile(r"\\([pP])\{([A-Z][a-z]?)\}")
_CODE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}

Test = Callable[[str], bool]
_CLASSES: Final[dict[str, Test]] = {
    "d": str.isdecimal,
    "s": str.isspace,
    "w": lambda character: character.isalnum() or character == "_",
}


class PatternError(ValueError):
    """A pattern cannot be used; the message is the reason."""


class _InvalidPatternError(ValueError):
    """A pattern is not a regular expression."""


@dataclass
class Budget:
    """How many steps may still be taken, for all patterns of one path."""

    left: int = MAX_STEPS

    def take(self, steps: int) -> None:
        """Count steps.

        :raises PatternError: there are not enough left.
        """
        self.left -= steps
        if self.left < 0:
            raise PatternError("the regular expression takes too many steps for this output")


@dataclass(slots=True)
class _State:
    """A state: behind a character that passes ``test``, or at once where ``condition`` holds, others follow."""

    test: Test | None = None
    condition: str = ""
    following: list[int] = field(default_factory=list)


_Fragment = tuple[int, int]
"""The first and the last state of a part of a pattern; nothing follows the last one yet."""


class Pattern:
    r"""A compiled pattern.

    :raises PatternError: it is huge, or uses what only a search with backtracking can do: ``(?=…)``, ``\1``.
    """

    def __init__(self, pattern: str) -> None:
        self._states: list[_State] = []
        self._next: dict[tuple[frozenset[int], str, bool, bool], tuple[frozenset[int], bool]] = {}
        self._ignores_case = self._dots_all = False
        self._text = pattern
        self._at = 0
        self._depth = 0
        self._begin = self._end = -1
        try:
            self._begin, self._end = self._whole()
        except _InvalidPatternError:
            self._begin = -1

    def _whole(self) -> _Fragment:
        if flags := _FLAGS.match(self._text):
            if set(flags[1]) - {"i", "s"}:
                self._refuse(flags[0])
            self._ignores_case, self._dots_all = "i" in flags[1], "s" in flags[1]
            self._at = flags.end()
        fragment = self._choice()
        if self._at < len(self._text):
            raise _InvalidPatternError
        return fragment

    def fullmatch(self, text: str, budget: Budget) -> bool:
        """Whether the pattern matches all of ``text``; an invalid pattern matches nothing.

        :raises PatternError: it takes too many steps.
        """
        return self._run(text, budget, everywhere=False)

    def search(self, text: str, budget: Budget) -> bool:
        """Whether the pattern matches a part of ``text``; an invalid pattern matches nothing.

        :raises PatternError: it takes too many steps.
        """
        return self._run(text, budget, everywhere=True)

    def _run(self, text: str, budget: Budget, *, everywhere: bool) -> bool:
        if self._begin < 0:
            return False
        states = frozenset([self._begin])
        before = ""
        for character in text:
            budget.take(1)
            key = states, character, not before, bool(before) and _CLASSES["w"](before)
            if key not in self._next:
                self._next[key] = self._step(states, before, character, budget)
            states, found = self._next[key]
            if found and everywhere:
                return True
            if everywhere:
                states |= {self._begin}
            elif not states:
                return False
            before = character
        return self._end in self._closure(states, before, "", budget)

    def _step(self, states: frozenset[int], before: str, character: str, budget: Budget) -> tuple[frozenset[int], bool]:
        """Return the states behind ``character``, and whether the pattern matches in front of it."""
        closure = self._closure(states, before, character, budget)
        forms = {character, character.lower(), character.upper()} if self._ignores_case else {character}
        behind: set[int] = set()
        for number in closure:
            test = self._states[number].test
            if test is not None and any(map(test, forms)):
                behind.update(self._states[number].following)
        return frozenset(behind), self._end in closure

    def _closure(self, states: frozenset[int], before: str, behind: str, budget: Budget) -> set[int]:
        """Return all states that are reached between two characters; ``""`` is the beginning or the end."""
        found: set[int] = set()
        stack = list(states)
        while stack:
            number = stack.pop()
            if number in found:
                continue
            found.add(number)
            state = self._states[number]
            if state.test is None and _holds(state.condition, before, behind):
                stack += state.following
        budget.take(_STATE_COST * len(found))
        return found

    def _refuse(self, what: str) -> NoReturn:
        raise PatternError(f"`{what}` is not part of RFC 9485, which defines regular expressions in paths")

    def _new(self, test: Test | None = None, condition: str = "") -> int:
        if len(self._states) >= _MAX_STATES:
            raise PatternError("the regular expression is too large")
        self._states.append(_State(test, condition))
        return len(self._states) - 1

    def _link(self, one: int, other: int) -> None:
        self._states[one].following.append(other)

    def _choice(self) -> _Fragment:
        begin, end = self._new(), self._new()
        while True:
            first, last = self._sequence()
            self._link(begin, first)
            self._link(last, end)
            if self._text[self._at : self._at + 1] != "|":
                return begin, end
            self._at += 1

    def _sequence(self) -> _Fragment:
        begin = end = self._new()
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            first, last = self._quantified()
            self._link(end, first)
            end = last
        return begin, end

    def _quantified(self) -> _Fragment:
        source = self._at
        atom = self._atom()
        behind = self._at
        match = _QUANTIFIER.match(self._text, behind)
        if match is None:
            return atom
        if match[4] == "+":
            self._refuse(match[0])
        mark = match[0][0]
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(mark, (0, None))
        if mark == "{":
            low = int(match[1])
            high = (int(match[3]) if match[3] else None) if match[2] else low
            if high is not None and high < low:
                raise _InvalidPatternError
        copies = self._copies(atom, source)
        fragment = self._repeated(copies, low, high)
        self._at = match.end()
        if _QUANTIFIER.match(self._text, self._at):
            raise _InvalidPatternError
        return fragment

    def _copies(self, atom: _Fragment, source: int) -> Iterator[_Fragment]:
        """Yield ``atom``, and then the same part of the pattern again and again, in new states."""
        yield atom
        while True:
            self._at = source
            yield self._atom()

    def _repeated(self, copies: Iterator[_Fragment], low: int, high: int | None) -> _Fragment:
        begin = end = self._new()
        for _ in range(low):
            first, last = next(copies)
            self._link(end, first)
            end = last
        if high is None:
            first, last = next(copies)
            loop = self._new()
            self._link(end, loop)
            self._link(loop, first)
            self._link(last, loop)
            return begin, loop
        out = self._new()
        for _ in range(high - low):
            self._link(end, out)
            first, last = next(copies)
            self._link(end, first)
            end = last
        self._link(end, out)
        return begin, out

    def _atom(self) -> _Fragment:
        text, at = self._text, self._at
        character = text[at]
        if character == "(":
            return self._group()
        if character in "*+?":
            raise _InvalidPatternError
        if character in "^$":
            self._at += 1
            return self._single(self._new(condition=character))
        if character == "\\" and text[at + 1 : at + 2] in ("b", "B", "A", "Z"):
            self._at += 2
            return self._single(self._new(condition={"A": "^", "Z": "$"}.get(text[at + 1], text[at + 1])))
        if character == ".":
            self._at += 1
            return self._single(self._new((lambda _: True) if self._dots_all else _is_not_line_end))
        if character == "[":
            return self._single(self._new(self._class()))
        return self._single(self._new(self._character()))

    def _single(self, state: int) -> _Fragment:
        end = self._new()
        self._link(state, end)
        return state, end

    def _group(self) -> _Fragment:
        match = _GROUP.match(self._text, self._at)
        if match is None:
            self._refuse(self._text[self._at : self._at + 4])
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise PatternError("the regular expression is nested too deep")
        self._at = match.end()
        fragment = self._choice()
        if self._text[self._at : self._at + 1] != ")":
            raise _InvalidPatternError
        self._depth -= 1
        self._at += 1
        return fragment

    def _character(self) -> Test:
        """Return the test for the character, or the class with a backslash, at the current place."""
        found = self._item()
        return found if callable(found) else _is_one_of(found)

    def _item(self) -> Test | str:
        """Return one character, or the test of a class with a backslash."""
        text, at = self._text, self._at
        if text[at] != "\\":
            self._at += 1
            return text[at]
        if match := _PROPERTY.match(text, at):
            self._at = match.end()
            return _has_category(match[2], negated=match[1] == "P")
        if match := _CODE.match(text, at):
            self._at = match.end()
            return chr(int(match[1] or match[2], 16))
        escaped = text[at + 1 : at + 2]
        if not escaped:
            raise _InvalidPatternError
        if escaped in "123456789":
            self._refuse(text[at : at + 2])
        self._at += 2
        if escaped.lower() in _CLASSES:
            return _negated(_CLASSES[escaped.lower()]) if escaped.isupper() else _CLASSES[escaped]
        if escaped in _ESCAPES:
            return _ESCAPES[escaped]
        if escaped.isalnum():
            raise _InvalidPatternError
        return escaped

    def _class(self) -> Test:
        """Return the test of ``[…]``."""
        text = self._text
        self._at += 1
        negated = text[self._at : self._at + 1] == "^"
        self._at += negated
        tests: list[Test] = []
        first = self._at
        while self._at < len(text) and (text[self._at] != "]" or self._at == first):
            low = self._item()
            dash = text[self._at : self._at + 1] == "-" and text[self._at + 1 : self._at + 2] not in ("]", "")
            if callable(low) or not dash:
                tests.append(low if callable(low) else _is_one_of(low))
                continue
            self._at += 1
            high = self._item()
            if callable(high) or high < low:
                raise _InvalidPatternError
            tests.append(_is_between(low, high))
        if self._at >= len(text):
            raise _InvalidPatternError
        self._at += 1
        ignores_case = self._ignores_case

        def test(character: str) -> bool:
            forms = {character, character.lower(), character.upper()} if ignores_case else {character}
            return any(each(form) for each in tests for form in forms) is not negated

        return test


def _holds(condition: str, before: str, behind: str) -> bool:
    """Whether a condition holds between two characters; ``""`` is the beginning or the end of the text."""
    if condition in ("b", "B"):
        is_word = _CLASSES["w"]
        border = (bool(before) and is_word(before)) is not (bool(behind) and is_word(behind))
        return border is (condition == "b")
    return not {"^": before, "$": behind}.get(condition, "")


def _is_not_line_end(character: str) -> bool:
    return character not in "\r\n"


def _is_one_of(characters: str) -> Test:
    return lambda character: character in characters


def _is_between(low: str, high: str) -> Test:
    return lambda character: low <= character <= high


def _negated(test: Test) -> Test:
    return lambda character: not test(character)


def _has_category(category: str, *, negated: bool) -> Test:
    return lambda character: unicodedata.category(character).startswith(category) is not negated
