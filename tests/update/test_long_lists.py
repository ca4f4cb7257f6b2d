"""Long lists: what changes is what differs, in a number of comparisons that grows as the list does."""

from __future__ import annotations

from typing import Any

import pytest

from snipproof.compare import ComparisonOptions, compare, parse_expected
from snipproof.update.judge import Judge
from snipproof.update.rewrite import rewrite

MANY = 2_000
NEW = {"id": -1, "title": "new", "text": "short"}
NEW_TEXT = '  {\n    "id": -1,\n    "title": "new",\n    "text": "short"\n  }'


def objects(count: int) -> list[dict[str, Any]]:
    """So many elements of about 500 bytes, no two of which are the same."""
    return [{"id": number, "title": f"Object {number}", "text": "x" * 450 + str(number)} for number in range(count)]


def block(data: list[dict[str, Any]], *, wild: bool, first: str = "") -> str:
    """The elements as a block shows them, each with a comment, and a wildcard or none, below ``first``."""
    shown = []
    for each in data:
        number = each["id"]
        text = "xxx..." if wild else each["text"]
        lines = f'"id": {number},  // number {number}', f'"title": "{each["title"]}",', f'"text": "{text}"'
        shown.append("  {\n" + "\n".join("    " + line for line in lines) + "\n  }")
    return "[\n" + ",\n".join([first, *shown] if first else shown) + "\n]"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every question whether something holds, as it is asked."""
    asked: list[Any] = []
    holds = Judge.holds

    def count(self: Judge, *given: Any) -> bool:
        asked.append(given[2])
        return holds(self, *given)

    monkeypatch.setattr(Judge, "holds", count)
    return asked


def updated(text: str, actual: Any, laws: ComparisonOptions | None = None) -> str:
    """The new text of a block, which must match."""
    new = rewrite(parse_expected(text), actual, laws or ComparisonOptions()).text
    assert compare(parse_expected(new), actual, laws or ComparisonOptions()) == []
    return new


@pytest.mark.parametrize("wild", [False, True])
def test_one_inserted_in_front_is_one_insertion(judged: list[Any], *, wild: bool) -> None:
    """All others keep their text."""
    data = objects(MANY)
    text = block(data, wild=wild)
    assert updated(text, [NEW, *data]) == block(data, wild=wild, first=NEW_TEXT)
    assert len(judged) < 10 * MANY


@pytest.mark.parametrize("wild", [False, True])
def test_one_inserted_and_some_changed(judged: list[Any], *, wild: bool) -> None:
    """One in front of others of which one in a hundred has another title, the last among them."""
    data = objects(MANY)
    changed = [{**each, "title": "changed"} if each["id"] % 100 == 99 else each for each in data]
    text = block(data, wild=wild)
    assert updated(text, [NEW, *changed]) == block(changed, wild=wild, first=NEW_TEXT)
    assert len(judged) < 10 * MANY


def test_inserted_and_gone_in_many_places(judged: list[Any]) -> None:
    """Where no two places agree, what is unlike all others is found again by its data."""
    data = objects(MANY)
    kept = [each for each in data if each["id"] % 100 != 50]
    kept[-1] = {**kept[-1], "title": "changed"}
    assert updated(block(data, wild=False), [NEW, *kept]) == block(kept, wild=False, first=NEW_TEXT)
    assert len(judged) < 20 * MANY


def test_elements_with_wildcards_are_compared_each_with_each() -> None:
    """Nothing but comparing finds them, in a list for which that is possible."""
    data = objects(150)
    kept = [{**each, "title": "changed"} if each["id"] in (0, 149) else each for each in data if each["id"] % 15 != 7]
    assert updated(block(data, wild=True), kept) == block(kept, wild=True)


def test_any_order() -> None:
    """The order that is shown stays; what is new goes behind it."""
    data = objects(MANY)
    new = updated(block(data, wild=False), [NEW, *reversed(data)], ComparisonOptions(all_unordered=True))
    assert new == block(data, wild=False)[:-2] + ",\n" + NEW_TEXT + "\n]"


def test_fewer_than_shown_behind_an_elision() -> None:
    """An elision and more elements than there are: those that are gone go."""
    data = objects(MANY)
    shown = block(data, wild=False, first="  ...")
    assert updated(shown, data[: MANY // 2]) == block(data[: MANY // 2], wild=False, first="  ...")


def test_none_that_is_shown_goes_behind_an_elision() -> None:
    """A list around an elision that is too long to be aligned is written whole: nothing shown is left out of it."""
    data = objects(600)
    changed = [{**each, "title": "changed"} if each["id"] in (0, 100, 599) else each for each in data]
    head, tail = block(data[:300], wild=False), block(data[300:], wild=False)
    new = updated(head[:-2] + ",\n  ...," + tail[1:], changed)
    assert [number for number in range(600) if f'"id": {number},' not in new] == []
