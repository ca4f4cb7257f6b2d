"""The engine against a matcher that tries everything, slow and obviously right, on random data and wildcards."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import pytest

from snipproof.compare import ComparisonOptions, compare_texts
from snipproof.compare.comparison import parse_and_compare

Bindings = dict[str, tuple[str, str]]
"""By name, the text and the type of a capture; the type is ``""`` while it has only occurred inside a text."""

NAMES = ("a", "b", "id")
SCALARS = (None, True, False, 0, 1, 1, "", "a", "b", "ab", "aba", "1", "1", "...", "a...")


class Dots:
    """``...`` in the place of a value, or for any run of elements."""


@dataclass
class Begin:
    """``"text..."``."""

    text: str


@dataclass
class Name:
    """``<name>`` in the place of a value."""

    name: str


@dataclass
class Pattern:
    """A string in which ``<name>`` stands between two texts."""

    before: str
    name: str
    behind: str


@dataclass
class Open:
    """An object that may have further members."""

    members: dict[str, Any]


def bind(bound: Bindings, name: str, text: str, kind: str) -> Iterator[Bindings]:
    known, known_kind = bound.get(name, (text, kind))
    if known == text and (not kind or not known_kind or kind == known_kind):
        yield {**bound, name: (text, kind or known_kind)}


def ways(  # noqa: C901 (one way for each kind of node)
    node: Any, data: Any, bound: Bindings, unordered: bool
) -> Iterator[Bindings]:
    """Yield the bindings of every way in which ``node`` matches ``data``."""
    if isinstance(node, Dots):
        yield bound
    elif isinstance(node, Begin):
        yield from [bound] if isinstance(data, str) and data.startswith(node.text) else []
    elif isinstance(node, Name):
        if not isinstance(data, list | dict):
            yield from bind(bound, node.name, str(data), type(data).__name__)
    elif isinstance(node, Pattern):
        if isinstance(data, str):
            yield from in_text(node, data, bound)
    elif isinstance(node, Open | dict):
        shown = node.members if isinstance(node, Open) else node
        is_open = isinstance(node, Open)
        if isinstance(data, dict) and shown.keys() <= data.keys() and (is_open or shown.keys() == data.keys()):
            yield from all_ways([(shown[name], data[name]) for name in shown], bound, unordered)
    elif isinstance(node, list):
        if isinstance(data, list):
            yield from in_list(node, data, bound, unordered)
    elif type(node) is type(data) and node == data:
        yield bound


def in_text(node: Pattern, data: str, bound: Bindings) -> Iterator[Bindings]:
    if not node.before and not node.behind:
        yield from bind(bound, node.name, data, "str")
        return
    held = data[len(node.before) : len(data) - len(node.behind)]
    if held and node.before + held + node.behind == data:
        yield from bind(bound, node.name, held, "")


def in_list(nodes: list[Any], data: list[Any], bound: Bindings, unordered: bool) -> Iterator[Bindings]:
    if unordered:
        shown = [node for node in nodes if not isinstance(node, Dots)]
        if len(shown) < len(nodes) or len(shown) == len(data):
            for chosen in permutations(data, len(shown)):
                yield from all_ways(list(zip(shown, chosen, strict=True)), bound, unordered)
    elif not nodes:
        yield from [] if data else [bound]
    elif isinstance(nodes[0], Dots):
        for left in range(len(data) + 1):
            yield from in_list(nodes[1:], data[left:], bound, unordered)
    elif data:
        for found in ways(nodes[0], data[0], bound, unordered):
            yield from in_list(nodes[1:], data[1:], found, unordered)


def all_ways(pairs: list[tuple[Any, Any]], bound: Bindings, unordered: bool) -> Iterator[Bindings]:
    if not pairs:
        yield bound
        return
    for found in ways(*pairs[0], bound, unordered):
        yield from all_ways(pairs[1:], found, unordered)


def made_up(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.random() if depth else chance.uniform(0.4, 1)
    if depth > 2 or kind < 0.4:
        return chance.choice(SCALARS)
    if kind < 0.75:
        return [made_up(chance, depth + 1) for _ in range(chance.randrange(5))]
    return {name: made_up(chance, depth + 1) for name in chance.sample(NAMES, chance.randrange(4))}


def changed(data: Any, chance: random.Random) -> Any:  # noqa: PLR0911 (one for each change)
    """Return ``data`` with one change somewhere."""
    if isinstance(data, list) and data and chance.random() < 0.8:
        at = chance.randrange(len(data))
        if (how := chance.randrange(5)) == 0:
            return data[:at] + data[at + 1 :]
        if how == 1:
            return [*data[:at], chance.choice(data), *data[at:]]
        if how == 2:
            return chance.sample(data, len(data))
        return [*data[:at], changed(data[at], chance), *data[at + 1 :]]
    if isinstance(data, dict) and data and chance.random() < 0.8:
        name = chance.choice(list(data))
        if chance.random() < 0.2:
            return {key: value for key, value in data.items() if key != name}
        if chance.random() < 0.2:
            return {**data, chance.choice(NAMES): chance.choice(SCALARS)}
        return {**data, name: changed(data[name], chance)}
    return chance.choice(SCALARS)


def wildcards(data: Any, chance: random.Random, rate: float) -> Any:  # noqa: PLR0911 (one for each wildcard)
    """Return what is shown of ``data``: with wildcards and names for some of it."""
    if chance.random() < rate:
        how = chance.randrange(4)
        if how == 0:
            return Dots()
        if how == 1 and isinstance(data, str) and data:
            return Begin(data[: chance.randrange(1, len(data) + 1)])  # `"..."` alone is an elision in a list
        if how == 2:
            return Name(chance.choice("xy"))
        if how == 3 and isinstance(data, str) and data:
            begin = chance.randrange(len(data))
            return Pattern(data[:begin], chance.choice("xy"), data[chance.randrange(begin, len(data)) + 1 :])
    if isinstance(data, dict):
        shown = {name: wildcards(value, chance, rate) for name, value in data.items()}
        return Open(dict(list(shown.items())[: chance.randrange(3)])) if chance.random() < rate else shown
    if isinstance(data, list):
        pairs = [(Dots() if chance.random() < rate / 2 else None, wildcards(item, chance, rate)) for item in data]
        return [node for pair in pairs for node in pair if node is not None or pair[1] is node]
    return data


def written(node: Any) -> str:  # noqa: PLR0911 (one for each kind of node)
    """Return what the docs show."""
    if isinstance(node, Dots):
        return "..."
    if isinstance(node, Begin):
        return json.dumps(node.text)[:-1] + '..."'
    if isinstance(node, Name):
        return f"<{node.name}>"
    if isinstance(node, Pattern):
        return written(f"{node.before}<{node.name}>{node.behind}")
    if isinstance(node, list):
        return "[" + ", ".join(map(written, node)) + "]"
    if isinstance(node, Open | dict):
        members = node.members if isinstance(node, Open) else node
        entries = [f'"{name}": {written(value)}' for name, value in members.items()]
        return "{" + ", ".join([*entries, *(["..."] if isinstance(node, Open) else [])]) + "}"
    text = json.dumps(node)
    return text[:-4] + '\\..."' if isinstance(node, str) and node.endswith("...") else text


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_the_engine_finds_what_trying_everything_finds(seed: int) -> None:
    """A match exactly if there is a way to match; in order and in any order, with captures that must agree."""
    chance = random.Random(seed)
    counted = {True: 0, False: 0}
    for _ in range(2_500):
        data = made_up(chance)
        shown = wildcards(data, chance, chance.choice([0, 0.1, 0.3, 0.5]))
        for _ in range(chance.choice([0, 0, 1, 2])):
            data = changed(data, chance)
        if not isinstance(shown, list | dict | Open) or not isinstance(data, list | dict):
            continue
        unordered = chance.random() < 0.4
        expected, actual = written(shown), chance.choice([json.dumps, repr])(data)
        fits = next(ways(shown, data, {}, unordered), None) is not None
        options = ComparisonOptions(all_unordered=unordered, captures=("x", "y"))
        plain = "<" not in expected
        for engine in (compare_texts, parse_and_compare):
            engine_options = (
                ComparisonOptions(all_unordered=unordered) if plain and engine is compare_texts else options
            )
            assert (engine(expected, actual, engine_options).differences == []) == fits, (expected, actual, unordered)
        counted[fits] += 1
    assert min(counted.values()) > 500
