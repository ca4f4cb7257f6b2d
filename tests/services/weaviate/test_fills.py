"""Which functions are called again, and what is deleted before, without a server."""

from __future__ import annotations

import pytest

from snipproof.errors import InfrastructureError, SettingsError
from snipproof.services.weaviate.fills import Fill, Fills, call_again
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.services.weaviate.stored_items import StoredKey

ADDRESS = WeaviateAddress("127.0.0.1", 8080, "127.0.0.1", 50051, "", "embedded", "")


def keys(*names: str) -> set[StoredKey]:
    return {StoredKey("collection", name) for name in names}


class Named:
    """A function with a name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, address: WeaviateAddress) -> None:
        """Store nothing."""


def made(*fills: tuple[str, set[StoredKey], bool]) -> tuple[Fills, dict[str, Fill]]:
    found, named = Fills(), {name: Named(name) for name, _, _ in fills}
    for name, stored, alone in fills:
        found.add(named[name], stored, alone=alone)
    return found, dict(named)


@pytest.mark.parametrize(
    ("changed", "called", "deleted"),
    [
        ("Seed", ["seed"], ["Seed"]),
        ("One", ["one", "two"], ["One", "Two"]),
        ("Both", ["seed of both", "on both"], ["Both", "More"]),
        ("More", ["seed of both", "on both"], ["Both", "More"]),
        ("Other", [], []),
    ],
)
def test_what_is_called_again(changed: str, called: list[str], deleted: list[str]) -> None:
    """Seeds each for themselves, all others together, in the order of their first calls."""
    plain = (("one", keys("One"), False), ("seed", keys("Seed"), True), ("two", keys("Two"), False))
    # A fixture has added an object to a collection of the seed: what deletes one stores both again.
    mixed = (("seed of both", keys("Both"), True), ("on both", keys("Both", "More"), False))
    fills, named = made(*(mixed if changed in ("Both", "More") else plain))
    found, gone = fills.of(keys(changed))
    assert [name for each in found for name, fill in named.items() if fill is each] == called
    assert gone == keys(*deleted)


def test_one_that_is_removed_is_not_called_again() -> None:
    """Not on a fresh server either, where all are called in order."""
    fills, named = made(("one", keys("One"), False), ("seed", keys("Seed"), True), ("two", keys("Two"), False))
    assert fills.all == [named["one"], named["seed"], named["two"]]
    assert fills.remove(named["seed"]) == keys("Seed")
    assert fills.all == [named["one"], named["two"]]
    assert fills.of(keys("Seed")) == ([], set())


def test_failures() -> None:
    """Errors of snipproof stay as they are, those of a user's function name it."""

    def fail(error: Exception) -> Fill:
        def fill(_: WeaviateAddress) -> None:
            raise error

        return fill

    with pytest.raises(SettingsError, match="a seed"):
        call_again([fail(SettingsError("a seed"))], ADDRESS)
    with pytest.raises(InfrastructureError, match=r"fill`, which was passed to .* had stored: ValueError: no"):
        call_again([fail(ValueError("no"))], ADDRESS)
