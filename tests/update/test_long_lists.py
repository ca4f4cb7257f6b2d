"""Long lists: only what differs changes, in a number of comparisons that grows linearly with the list."""

from __future__ import annotations

from typing import Any

import pytest

from snipproof.compare import ComparisonOptions, compare, parse_expected
from snipproof.update.reuse import NodeMatcher
from snipproof.update.rewrite import rewrite

pytestmark = pytest.mark.slow

MANY = 2_000
NEW = {"id": -1, "title": "new", "text": "short"}
NEW_TEXT = '  {\n    "id": -1,\n    "title": "new",\n    "text": "short"\n  }'


def objects(count: int) -> list[dict[str, Any]]:
    """Return ``count`` different elements of about 500 bytes."""
    return [{"id": number, "title": f"Object {number}", "text": "x" * 450 + str(number)} for number in range(count)]


def block(data: list[dict[str, Any]], *, wild: bool, first: str = "") -> str:
    """Return a block that shows ``first`` and then ``data``, each element with a comment."""
    shown = []
    for each in data:
        number = each["id"]
        text = "xxx..." if wild else each["text"]
        lines = f'"id": {number},  // number {number}', f'"title": "{each["title"]}",', f'"text": "{text}"'
        shown.append("  {\n" + "\n".join("    " + line for line in lines) + "\n  }")
    return "[\n" + ",\n".join([first, *shown] if first else shown) + "\n]"


@pytest.fixture
def comparisons(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list to which every comparison of a node adds an entry."""
    compared: list[Any] = []
    matches = NodeMatcher.matches

    def count(self: NodeMatcher, *given: Any) -> bool:
        compared.append(given[2])
        return matches(self, *given)

    monkeypatch.setattr(NodeMatcher, "matches", count)
    return compared


def updated(text: str, actual: Any, options: ComparisonOptions | None = None) -> str:
    """Return the new text of a block, which must match."""
    new = rewrite(parse_expected(text), actual, options or ComparisonOptions()).text
    assert compare(parse_expected(new), actual, options or ComparisonOptions()) == []
    return new


@pytest.mark.parametrize("wild", [False, True])
def test_an_element_inserted_in_front(comparisons: list[Any], *, wild: bool) -> None:
    """All other elements keep their text."""
    data = objects(MANY)
    text = block(data, wild=wild)
    assert updated(text, [NEW, *data]) == block(data, wild=wild, first=NEW_TEXT)
    assert len(comparisons) < 10 * MANY


@pytest.mark.parametrize("wild", [False, True])
def test_an_element_inserted_in_front_of_changed_ones(comparisons: list[Any], *, wild: bool) -> None:
    """One in a hundred of the others has another title, the last one included."""
    data = objects(MANY)
    changed = [{**each, "title": "changed"} if each["id"] % 100 == 99 else each for each in data]
    text = block(data, wild=wild)
    assert updated(text, [NEW, *changed]) == block(changed, wild=wild, first=NEW_TEXT)
    assert len(comparisons) < 10 * MANY


def test_elements_removed_in_many_places(comparisons: list[Any]) -> None:
    """No index stays the same: unique elements are found by their data."""
    data = objects(MANY)
    kept = [each for each in data if each["id"] % 100 != 50]
    kept[-1] = {**kept[-1], "title": "changed"}
    assert updated(block(data, wild=False), [NEW, *kept]) == block(kept, wild=False, first=NEW_TEXT)
    assert len(comparisons) < 20 * MANY


def test_elements_with_wildcards_removed_in_many_places() -> None:
    """Each is compared with each, in a list that is short enough for that."""
    data = objects(150)
    kept = [{**each, "title": "changed"} if each["id"] in (0, 149) else each for each in data if each["id"] % 15 != 7]
    assert updated(block(data, wild=True), kept) == block(kept, wild=True)


def test_any_order() -> None:
    """The order that is shown stays; new elements follow."""
    data = objects(MANY)
    new = updated(block(data, wild=False), [NEW, *reversed(data)], ComparisonOptions(all_unordered=True))
    assert new == block(data, wild=False)[:-2] + ",\n" + NEW_TEXT + "\n]"


def test_fewer_elements_than_shown_after_an_elision() -> None:
    """Elements that are gone are removed."""
    data = objects(MANY)
    shown = block(data, wild=False, first="  ...")
    assert updated(shown, data[: MANY // 2]) == block(data[: MANY // 2], wild=False, first="  ...")


def test_no_shown_element_is_lost_in_an_elision() -> None:
    """A list with an elision that is too long to be aligned is rewritten as a whole."""
    data = objects(600)
    changed = [{**each, "title": "changed"} if each["id"] in (0, 100, 599) else each for each in data]
    head, tail = block(data[:300], wild=False), block(data[300:], wild=False)
    new = updated(head[:-2] + ",\n  ...," + tail[1:], changed)
    assert [number for number in range(600) if f'"id": {number},' not in new] == []
