"""Ten thousand single changes to matching outputs: each one that no wildcard covers is caught.

The expected text and the output are made together, so the test itself knows what a wildcard covers. In an output every
value and container is marked as free (a wildcard stands for it), or as fixed.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from snipproof.compare import compare_texts
from snipproof.compare.comparison import parse_and_compare

CHANGES = 10_000
KINDS = ("value", "type", "order", "missing", "extra", "duplicated", "truncated")
_WORDS = (
    "red",
    "green",
    "bicycle",
    "street",
    "…",
    "",
    "日本",
    "a b",
    "1",
    "0.5",
    "true",
    "null",
    "...",
    "x\n",
    'cry "hi"',
)


@dataclass
class Made:
    """A value of the output, and how the docs show it.

    ``text`` is how it is printed, ``written`` how the docs show it. ``fixed``: no wildcard stands for it.
    ``open`` is a list or object in which a wildcard of its own stands, ``gaps`` are its places among the elements;
    ``quoted``: it is in quotes, as JSON requires. ``prefix`` is what is fixed of a string, ``slack`` how far off a
    number may be.
    """

    kind: str
    text: str = ""
    written: str = ""
    fixed: bool = True
    parts: list[tuple[str, Made]] = field(default_factory=list)
    open: bool = False
    gaps: list[int] = field(default_factory=list)
    quoted: bool = False
    prefix: str | None = None
    slack: Decimal = Decimal(0)

    def shown(self, indent: str = "") -> str:
        """Return what the docs show."""
        if not self.fixed:
            return "..."
        if self.kind not in ("list", "object"):
            return self.written
        inner = indent + "  "
        lines = []
        dots = {"list": '"..."', "object": '"...": "..."'}[self.kind] if self.quoted else "..."
        for index, (name, part) in enumerate(self.parts):
            if index in self.gaps:
                lines.append(dots)
            if part.kind != "elided":
                lead = f"{json.dumps(name, ensure_ascii=False)}: " if self.kind == "object" else ""
                lines.append(lead + part.shown(inner))
        if len(self.parts) in self.gaps:
            lines.append(dots)
        opening, closing = "[]" if self.kind == "list" else "{}"
        return (
            opening
            + "".join(f"\n{inner}{line}," for line in lines)[: -1 if lines else None]
            + (f"\n{indent}{closing}" if lines else closing)
        )

    def printed(self) -> str:
        """Return the output."""
        if self.kind not in ("list", "object"):
            return self.text
        if self.kind == "list":
            return "[" + ", ".join(part.output() for _, part in self.parts) + "]"
        return "{" + ", ".join(f"{json.dumps(name)}: {part.output()}" for name, part in self.parts) + "}"

    def output(self) -> str:
        """Return the output of this part; one that an elision stands for is kept in ``text``."""
        return self.text if self.kind == "elided" else self.printed()


class Maker:
    """Makes outputs and what the docs show of them; ``wild`` is how likely a wildcard is at each place."""

    def __init__(self, chance: random.Random, wild: float) -> None:
        self._chance = chance
        self._wild = wild

    def _is_wild(self) -> bool:
        return self._chance.random() < self._wild

    def value(self, depth: int) -> Made:
        """Return one value, which may be elided as a whole."""
        kinds = ["string", "string", "int", "decimal", "bool", "null"]
        if depth:
            kinds += ["list", "object", "object"]
        kind = self._chance.choice(kinds)
        if kind == "list":
            made = Made(kind, parts=[("", self.value(depth - 1)) for _ in range(self._chance.randint(0, 4))])
        elif kind == "object":
            names = self._chance.sample(
                ["id", "title", "distance", "a b", "é", "tags", "x"], self._chance.randint(0, 4)
            )
            made = Made(kind, parts=[(name, self.value(depth - 1)) for name in names])
        else:
            made = self._scalar(kind)
        if kind in ("list", "object") and self._is_wild():
            self._elide(made)
        made.quoted = self._chance.random() < 0.4
        if kind == "list":
            self._settle(made)
        made.fixed = not (depth < 3 and self._is_wild())
        return made

    def _scalar(self, kind: str) -> Made:
        chance = self._chance
        if kind == "string":
            text = " ".join(chance.choices(_WORDS, k=chance.randint(1, 4)))
            written = json.dumps(text, ensure_ascii=chance.random() < 0.5)
            if text.endswith("..."):
                written = f'{written[:-4]}\\..."'
            if self._is_wild():
                # `"..."` alone stands for any run of elements in a list.
                prefix = text[: chance.randint(min(1, len(text)), len(text))]
                if not prefix:
                    return Made(kind, json.dumps(text), written)
                return Made(kind, json.dumps(text), json.dumps(prefix)[:-1] + '..."', prefix=prefix)
            return Made(kind, json.dumps(text), written)
        if kind == "int":
            number = chance.choice([0, 1, -1, 7, 42, 2024, 2**63, 10**30 + 1, -(2**70)])
            return Made(kind, str(number), str(number))
        if kind == "decimal":
            digits = chance.randint(1, 6)
            exact = Decimal(chance.randint(-99_999_999, 99_999_999)).scaleb(-8)
            shown = exact.quantize(Decimal(1).scaleb(-digits))
            return Made(kind, f"{exact:f}", f"{shown:f}", slack=Decimal(5).scaleb(-digits - 1))
        word = chance.choice(["true", "false"]) if kind == "bool" else "null"
        return Made(kind, word, word)

    def _settle(self, made: Made) -> None:
        """Make a list with elisions one in which each of its elements has one place only.

        In a list `...` is an element of its own, which stands for any run of elements; what such a run is made of here
        fits nothing that is shown.
        """
        made.gaps += [index for index, (_, part) in enumerate(made.parts) if not part.fixed]
        made.open = bool(made.gaps)
        if made.open:
            for index, (name, part) in enumerate(made.parts):
                if not part.fixed or part.kind == "elided":
                    made.parts[index] = name, Made("elided", f'{{"further": {index}}}')
                elif part.kind == "object" and part.open and all(p.kind == "elided" for _, p in part.parts):
                    made.parts[index] = name, self._scalar("bool")

    def _elide(self, made: Made) -> None:
        """Put an elision into a list or object, and into the output what it stands for."""
        at = self._chance.randint(0, len(made.parts))
        further = self._chance.randint(0, 3)
        made.open, made.gaps = True, [at]
        extra = [(f"further {n}", Made("elided", self._scalar("string").text)) for n in range(further)]
        made.parts[at:at] = extra


def places(made: Made) -> Iterator[Made]:
    """Yield every part that is fixed: no wildcard stands for it or for what it is in."""
    if made.fixed and made.kind != "elided":
        yield made
        for _, part in made.parts:
            yield from places(part)


def _other_scalar(made: Made, chance: random.Random) -> str | None:
    """Return another value of the same type that is not what the docs show."""
    if made.kind == "string":
        text = json.loads(made.text)
        if made.prefix is not None:
            if not made.prefix:
                return None
            at = chance.randrange(len(made.prefix))
            return json.dumps(text[:at] + chr(ord(text[at]) + 1) + text[at + 1 :])
        return json.dumps(
            chance.choice([text + " ", text.swapcase() + "x", text[:-1] if text else "x", "other" + text])
        )
    if made.kind == "int":
        return str(int(made.text) + chance.choice([1, -1, 10]))
    if made.kind == "decimal":
        step = made.slack * chance.choice([Decimal("2.5"), Decimal(-3), Decimal(40)])
        return f"{Decimal(made.written) + step:f}"
    return {"true": "false", "false": "true"}.get(made.text)


def _other_type(made: Made, chance: random.Random) -> str:
    if made.kind in ("list", "object"):
        inside = made.printed()
        return chance.choice(["null", json.dumps(inside), "[]" if made.kind == "object" else "{}"])
    options = ["[]", "{}", f"[{made.text}]"]
    if made.kind != "null":
        options.append("null")
    if made.kind == "string":
        options += ["0", "true"]
        if _is_json(json.loads(made.text)):
            # The text of a number, of true or of null: half of the time it becomes what it looks like.
            options += [json.loads(made.text)] * len(options)
    else:
        options.append(json.dumps(made.text))
    if made.kind in ("int", "decimal"):
        options += ["true" if made.text == "1" else "false"] * 2
    return chance.choice(options)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def change(made: Made, kind: str, chance: random.Random) -> Callable[[], str] | None:  # noqa: C901, PLR0911, PLR0912
    """Return a function that prints the output with one change of this kind, or ``None`` where there is none."""
    fixed = list(places(made))
    scalars = [part for part in fixed if part.kind not in ("list", "object")]
    lists = [part for part in fixed if part.kind == "list"]
    objects = [part for part in fixed if part.kind == "object"]

    def with_text(part: Made, text: str) -> str:
        kept = part.kind, part.text
        part.kind, part.text = "elided", text
        try:
            return made.output()
        finally:
            part.kind, part.text = kept

    def with_parts(part: Made, parts: list[tuple[str, Made]]) -> str:
        kept = part.parts
        part.parts = parts
        try:
            return made.output()
        finally:
            part.parts = kept

    if kind == "value":
        chance.shuffle(scalars)
        for part in scalars:
            text = _other_scalar(part, chance)
            if text is not None:
                return lambda: with_text(part, text)
        return None
    if kind == "type":
        typed = chance.choice(fixed)
        return lambda: with_text(typed, _other_type(typed, chance))
    if kind == "order":
        for part in chance.sample(lists, len(lists)):
            # Where no elision stands, the order is fixed: two neighbours that differ change places.
            run = [
                i
                for i in range(len(part.parts) - 1)
                if not part.open and _apart(part.parts[i][1], part.parts[i + 1][1])
            ]
            if run:
                at = chance.choice(run)
                swapped = [*part.parts[:at], part.parts[at + 1], part.parts[at], *part.parts[at + 2 :]]
                return lambda: with_parts(part, swapped)
        return None
    if kind == "missing":
        for part in chance.sample(fixed, len(fixed)):
            # Whatever is shown must be there, be it as `...`; what an elision stands for need not.
            shown = [i for i, (_, p) in enumerate(part.parts) if p.kind != "elided"]
            if shown:
                at = chance.choice(shown)
                return lambda: with_parts(part, part.parts[:at] + part.parts[at + 1 :])
        return None
    if kind in ("extra", "duplicated"):
        closed = [part for part in lists + (objects if kind == "extra" else []) if not part.open]
        for part in chance.sample(closed, len(closed)):
            at = chance.randint(0, len(part.parts))
            if kind == "extra":
                new = ("one more", Made("elided", chance.choice(["null", "1", '"x"', "{}", "[]"])))
                return lambda: with_parts(part, [*part.parts[:at], new, *part.parts[at:]])
            if part.parts:
                at = min(at, len(part.parts) - 1)
                return lambda: with_parts(part, [*part.parts[:at], part.parts[at], *part.parts[at:]])
        return None
    return lambda: made.output()[: chance.randint(0, len(made.output()) - 1)] if made.kind in ("list", "object") else ""


def _apart(one: Made, other: Made) -> bool:
    """Whether neither of two fixed scalars could stand where the other is shown."""
    if not (one.fixed and other.fixed) or one.prefix is not None or other.prefix is not None:
        return False
    if one.kind in ("list", "object", "elided") or other.kind in ("list", "object", "elided"):
        return False
    if one.kind in ("int", "decimal") and other.kind in ("int", "decimal"):
        return abs(Decimal(one.written) - Decimal(other.written)) > one.slack + other.slack
    return one.kind != other.kind or one.text != other.text


class _Digits(str):
    """A number as it is written."""


def as_python(text: str) -> str:
    """Return JSON as Python would print the same data, each number as it is."""

    def written(data: Any) -> str:
        if isinstance(data, _Digits):
            return str(data)
        if isinstance(data, list):
            return "[" + ", ".join(map(written, data)) + "]"
        if isinstance(data, dict):
            return "{" + ", ".join(f"{name!r}: {written(value)}" for name, value in data.items()) + "}"
        return repr(data)

    return written(json.loads(text, parse_float=_Digits, parse_int=_Digits))


@pytest.mark.slow
def test_every_change_outside_a_wildcard_is_caught() -> None:
    """None of ten thousand changes passes, and every output passes before it is changed."""
    chance = random.Random(6)
    tried: Counter[str] = Counter()
    wildcards = 0
    while sum(tried.values()) < CHANGES or min(tried[kind] for kind in KINDS) < CHANGES // 20:
        made = Maker(chance, chance.choice([0.0, 0.1, 0.3])).value(3)
        if made.kind not in ("list", "object") or not made.fixed:
            continue
        shown, output = made.shown(), made.output()
        wildcards += "..." in shown
        assert compare_texts(shown, output).differences == [], f"red without a change:\n{shown}\n{output}"
        assert parse_and_compare(shown, output).differences == []
        assert compare_texts(shown, as_python(output)).differences == []
        for kind in KINDS:
            altered = change(made, kind, chance)
            if altered is None:
                continue
            text = altered()
            assert made.output() == output
            assert compare_texts(shown, text).differences != [], f"{kind}: green:\n{shown}\n{output}\n{text}"
            if tried[kind] % 4 == 0:
                assert parse_and_compare(shown, text).differences != []
            if tried[kind] % 4 == 1 and kind != "truncated":
                assert compare_texts(shown, as_python(text)).differences != [], f"{kind}: green:\n{shown}\n{text}"
            tried[kind] += 1
    assert sum(tried.values()) >= CHANGES
    assert min(tried[kind] for kind in KINDS) >= CHANGES // 20
    assert wildcards > CHANGES // 20
