"""Benchmark of ``snipproof.compare``, relative to ``json.loads`` of the same two texts.

    python bench/compare.py [--rounds 9]

Prints medians and ratios of one run, from the two texts to the differences; in each round every case is compared once.
The data is 1 MB of random search results, 2,203 objects with some 20 values each; the small case is 2 kB of them. The
expected text is indented, the actual one is not.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from snipproof.compare import ComparisonOptions, compare_texts

OBJECTS = 2_203
SMALL = 3
WORDS = tuple("the of photo red green bicycle street morning light near river stone bridge".split(" "))  # noqa: SIM905


@dataclass
class Measured:
    """A case with its times in seconds, and the number of differences it finds."""

    name: str
    run: Callable[[], int]
    base: Measured | None = None
    seconds: list[float] = field(default_factory=list)
    differences: int = 0

    def once(self) -> None:
        """Run the case once."""
        begin = time.perf_counter()
        self.differences = self.run()
        self.seconds.append(time.perf_counter() - begin)

    @property
    def median(self) -> float:
        """The median time, in seconds."""
        return statistics.median(self.seconds)


def photo(chance: random.Random) -> dict[str, Any]:
    """Return a random search result."""
    return {
        "_additional": {
            "id": f"{chance.getrandbits(128):032x}",
            "distance": chance.random(),
            "certainty": None,
            "vector": [round(chance.uniform(-1, 1), 7) for _ in range(8)],
        },
        "title": " ".join(chance.choices(WORDS, k=4)),
        "description": " ".join(chance.choices(WORDS, k=12)),
        "year": chance.randint(1900, 2026),
        "tags": chance.sample(WORDS, 3),
        "public": chance.random() < 0.5,
        "size": {"width": chance.randint(100, 4000), "height": chance.randint(100, 4000)},
    }


def reply(photos: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the reply of a server."""
    return {"data": {"Get": {"Photo": photos}}}


def loaded(expected: str, actual: str) -> int:
    """Parse both texts without comparing them."""
    json.loads(expected)
    json.loads(actual)
    return 0


def case(
    name: str, base: Measured, expected: str, photos: list[dict[str, Any]], options: ComparisonOptions | None = None
) -> Measured:
    """Return the comparison of ``expected`` with the reply of ``photos``."""
    actual = json.dumps(reply(photos))
    return Measured(
        name, lambda: len(compare_texts(expected, actual, options or ComparisonOptions()).differences), base
    )


def cases(chance: random.Random) -> list[Measured]:
    """Return all cases."""
    photos = [photo(chance) for _ in range(OBJECTS)]
    shown = json.dumps(reply(photos), indent=2)
    printed = json.dumps(reply(photos))
    base = Measured("json.loads of both, 1 MB", lambda: loaded(shown, printed))
    edited = copy.deepcopy(photos)
    for index in chance.sample(range(OBJECTS), 100):
        edited[index]["year"] += 1
    others = [photo(chance) for _ in range(OBJECTS)]
    wild = shown.replace('"certainty": null', "...", 1)
    few, small_edit = photos[:SMALL], copy.deepcopy(photos[:SMALL])
    small_edit[1]["year"] += 1
    small, small_printed = json.dumps(reply(few), indent=1), json.dumps(reply(few))
    small_base = Measured("json.loads of both, 2 kB", lambda: loaded(small, small_printed))
    return [
        base,
        Measured("the same text", lambda: len(compare_texts(printed, printed).differences), base),
        case("equal", base, shown, photos),
        case("100 edits", base, shown, edited),
        case("one inserted first", base, shown, [others[0], *photos]),
        case("one moved", base, shown, [*photos[1:], photos[0]]),
        case("reversed", base, shown, photos[::-1]),
        case("reversed, unordered", base, shown, photos[::-1], ComparisonOptions(all_unordered=True)),
        case("nothing in common", base, shown, others),
        case("nothing in common, unordered", base, shown, others, ComparisonOptions(all_unordered=True)),
        case("one elision", base, wild, photos),
        small_base,
        case("equal", small_base, small, few),
        case("1 edit", small_base, small, small_edit),
    ]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="benchmark of comparisons, relative to json.loads")
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    everything = cases(random.Random(1))  # noqa: S311 (data to measure with)
    for number in range(rounds + 1):
        for measured in everything:
            measured.once()
            if number == 0:
                measured.seconds.clear()
    sys.stdout.write(f"{'':30} {'median ms':>10} {'x loads':>8} {'differences':>12}\n")
    for measured in everything:
        ratio = measured.median / (measured.base or measured).median
        sys.stdout.write(f"{measured.name:30} {1000 * measured.median:10.2f} {ratio:8.1f} {measured.differences:12}\n")


if __name__ == "__main__":
    main()
