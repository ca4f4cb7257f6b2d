"""Random blocks in every notation and layout, with wildcards and comments; and Proposals for a small Source."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from snipproof.compare.notation.actual import Actual
from snipproof.compare.options import ComparisonOptions
from snipproof.compare.tree import UNDEFINED, Notation, TypedValue
from snipproof.update.proposal import Change, Proposal, digest
from snipproof.update.style import Style
from snipproof.update.write_data import write, write_name

# A Source with a block of two Segments; the Expectation has three lines and two.
SOURCE = """\
# START one
x = 1
# END one
# START Expected results {of: one}
# a
#
#   b
# END Expected results
y = 2
# START Expected results
# c
# d
# END Expected results
"""
NAMES = ("title", "distance", "id", "_additional", "creationTimeUnix", "a b", "vector", "größe", "x")
WORDS = (
    "Chelsea the cat", "An astronaut", "", "it's", 'cry "hi"', "a\nb", "tab\there", "C:\\temp", "日本語", "12", "true",
    "wait...", "...", "#5", "// no", "<id>", "{a}", "a, b", "null", "e\u0301",
)  # fmt: skip
PLAIN_WORDS = ("cat", "astronaut", "moon", "Chelsea", "dog")
STYLES = (
    Style(Notation.JSON),
    Style(Notation.JSON, unit="    ", compact=True),
    Style(Notation.JSON, lines=False),
    Style(Notation.JSON, quote="'", name_quote="", unit="\t"),
    Style(Notation.PYTHON, "'", "'", lines=False),
    Style(Notation.PYTHON, "'", "'", "    "),
    Style(Notation.NODE, "'", "", padded=True, compact=True),
    Style(Notation.NODE, "'", "", padded=True, lines=False),
    Style(Notation.GO, "", "", pair=":", lines=False),
    Style(Notation.JAVA, "", "", pair="=", lines=False),
)


@dataclass(frozen=True)
class RandomBlock:
    """A block, and the data and options it was made from."""

    text: str
    data: Any
    options: ComparisonOptions
    notation: Notation


def random_scalar(rng: random.Random, notation: Notation) -> Any:
    """Return a random value that is not a container."""
    bare = notation in (Notation.GO, Notation.JAVA)
    kinds: list[Any] = [
        lambda: rng.randint(-5, 2**70 if rng.random() < 0.1 else 100),
        lambda: Decimal(str(round(rng.uniform(-1, 1), rng.randint(1, 8)))),
        lambda: rng.random() < 0.5,
        lambda: rng.choice(PLAIN_WORDS if bare else WORDS),
    ]
    if not bare:
        kinds += [lambda: None]
    if notation is Notation.NODE:
        kinds += [lambda: UNDEFINED]
    if notation is Notation.PYTHON:
        kinds += [
            lambda: TypedValue("UUID", ("36ddd591",)),
            lambda: TypedValue("datetime", (2024, 5, rng.randint(1, 9))),
        ]
    return rng.choice(kinds)()


def random_value(rng: random.Random, notation: Notation, depth: int = 0) -> Any:
    """Return random data that ``notation`` can represent."""
    roll = rng.random()
    if depth > 3 or roll < (0.35 if depth else 0.0):
        return random_scalar(rng, notation)
    count = rng.choice((0, 1, 1, 2, 2, 3, 5)) if depth else rng.choice((1, 2, 3, 5))
    if roll < 0.65:
        return [random_value(rng, notation, depth + 1) for _ in range(count)]
    names = (
        NAMES if notation not in (Notation.GO, Notation.JAVA) else [n for n in NAMES if n.isascii() and " " not in n]
    )
    members = {name: random_value(rng, notation, depth + 1) for name in rng.sample(names, count)}
    if members and roll > 0.92 and notation in (Notation.PYTHON, Notation.NODE):
        return TypedValue("Photo", (), tuple((n, v) for n, v in members.items() if n.isidentifier()))
    return members


def changed_data(rng: random.Random, data: Any, notation: Notation, amount: float = 0.25) -> Any:
    """Return ``data`` with some of it changed, removed, added, moved or repeated."""
    if rng.random() < amount / 3:
        return random_value(rng, notation, rng.choice((0, 1, 4)))
    if isinstance(data, list):
        new = [changed_data(rng, each, notation, amount) for each in data if rng.random() > amount / 3]
        if rng.random() < amount:
            new.insert(rng.randint(0, len(new)), random_value(rng, notation, 2))
        if new and rng.random() < amount / 2:
            new.append(rng.choice(new))
        if rng.random() < amount / 2:
            rng.shuffle(new)
        return new
    if isinstance(data, dict):
        return _members(rng, data, notation, amount)
    if isinstance(data, TypedValue) and data.members:
        new = changed_data(rng, dict(data.members), notation, amount)
        return TypedValue(data.name, (), tuple(new.items())) if isinstance(new, dict) else new
    if rng.random() < amount:
        return random_value(rng, notation, 4) if rng.random() < 0.3 else _near(rng, data, notation)
    return data


def _members(rng: random.Random, data: dict[str, Any], notation: Notation, amount: float) -> dict[str, Any]:
    items = [(n, changed_data(rng, v, notation, amount)) for n, v in data.items() if rng.random() > amount / 3]
    if rng.random() < amount:
        items.insert(
            rng.randint(0, len(items)), ("new" + rng.choice(string.ascii_lowercase), random_value(rng, notation, 2))
        )
    if rng.random() < amount / 2:
        rng.shuffle(items)
    return dict(items)


def _near(rng: random.Random, data: Any, notation: Notation) -> Any:
    if isinstance(data, Decimal):
        return data + Decimal(rng.randint(-1000, 1000)) / 10 ** rng.randint(2, 9)
    return random_scalar(rng, notation)


def written(rng: random.Random, data: Any, style: Style, indent: str = "", captures: tuple[str, ...] = ()) -> str:
    """Return ``data`` as a block shows it, with wildcards and comments."""
    wild = style.notation not in (Notation.GO, Notation.JAVA)
    roll = rng.random()
    if wild and indent and roll < 0.05:
        return "..."
    if captures and not isinstance(data, list | dict | TypedValue) and roll < 0.1:
        return f"<{rng.choice(captures)}>"
    if wild and isinstance(data, str) and len(data) > 3 and roll < 0.2 and style.quote:
        quoted = write(data[:3], style)
        return quoted[:-1] + "..." + quoted[-1]
    if isinstance(data, Decimal) and roll < 0.6:
        return f"{data:.{rng.randint(1, 4)}f}"
    if not isinstance(data, list | dict) or not data or not wild:
        return write(data, style, indent, one_line=not style.lines)
    return _container(rng, data, style, indent, captures)


def _container(
    rng: random.Random, data: list[Any] | dict[str, Any], style: Style, indent: str, captures: tuple[str, ...]
) -> str:
    on_lines = style.lines and (not indent or rng.random() < 0.8)
    inner = indent + style.unit
    if isinstance(data, list):
        parts = [written(rng, each, style, inner, captures) for each in data]
        parts = ["..." if rng.random() < 0.04 else part for part in parts]
    else:
        items = list(data.items())
        parts = [write_name(n, style) + style.pair + written(rng, v, style, inner, captures) for n, v in items]
    brackets = "[]" if isinstance(data, list) else "{}"
    if rng.random() < 0.15:
        parts.insert(rng.randint(0, len(parts)), "...")
    if not on_lines:
        pad = " " if style.padded else ""
        return brackets[0] + pad + ", ".join(parts) + pad + brackets[1]
    lines = []
    for number, part in enumerate(parts):
        comma = "," if number < len(parts) - 1 or (rng.random() < 0.1) else ""
        if rng.random() < 0.1:
            lines.append(f"{inner}{rng.choice(('// above', '# above', '/* above */'))}")
        note = f"  {rng.choice(('// beside', '# beside'))}" if rng.random() < 0.1 else ""
        lines.append(f"{inner}{part}{comma}{note}")
    return brackets[0] + "\n" + "\n".join(lines) + f"\n{indent}" + brackets[1]


def random_block(rng: random.Random) -> RandomBlock:
    """Return a random block of data or of lines."""
    roll = rng.random()
    captures = ("id",) if rng.random() < 0.2 else ()
    if roll < 0.15:
        lines = [
            rng.choice(("", *PLAIN_WORDS, "took 5 ms", "id is <id>", "  indented", "[INFO] started"))
            for _ in range(rng.randint(1, 8))
        ]
        lines[0] = lines[0] or "first"
        shown = ["..." if rng.random() < 0.1 else line for line in lines]
        return RandomBlock("\n".join(shown), "\n".join(lines), ComparisonOptions(captures=captures), Notation.TEXT)
    style = rng.choice(STYLES)
    data = random_value(rng, style.notation)
    options = ComparisonOptions(
        captures=captures,
        ignore=("id",) if rng.random() < 0.1 else (),
        unordered=("vector",) if rng.random() < 0.1 else (),
        all_unordered=rng.random() < 0.05,
        shape=rng.random() < 0.05,
    )
    return RandomBlock(written(rng, data, style, captures=captures), data, options, style.notation)


def new_data(rng: random.Random, made: RandomBlock) -> Any:
    """Return other data for a block, mostly similar to what it shows."""
    if made.notation is Notation.TEXT:
        lines = [line for line in made.data.split("\n") if rng.random() > 0.15]
        for _ in range(rng.randint(0, 2)):
            lines.insert(rng.randint(0, len(lines)), rng.choice(("another line", "...", "x = 5")))
        return "\n".join(lines) or "last"
    return Actual((changed_data(rng, made.data, made.notation),), made.notation)


def proposal(*changes: Change, text: str = SOURCE, path: str = "one.py", **given: Any) -> Proposal:
    """Return a Proposal for :data:`SOURCE`."""
    fields: dict[str, Any] = {
        "region": f"{path}::Expected results",
        "proposed_by": f"{path}::one",
        "line": 5,
        "why": "w",
    } | given
    return Proposal(path, digest=digest(text), changes=changes, **fields)
