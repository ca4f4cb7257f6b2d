"""The running order of Snippets: that of the Suites, unless other plugins change it; that of a chain in any case."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import pytest

from snipproof.languages import runnable
from snipproof.model import Combination
from snipproof.pytest_plugin.items import SnippetItem

if TYPE_CHECKING:
    from snipproof.pytest_plugin.session import ProvingSession


class OrderHooks:
    """The hooks that order the items of all Suites."""

    def __init__(self, proving: ProvingSession) -> None:
        self._languages = list(runnable())
        self._places = {path: place for place, path in enumerate(proving.tree.suites)}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the Snippets into the order of the settings and of `sources`; other tests keep their places.

        Languages without a compiler come first: they are proven while the compilers of the others work. Hooks that
        sort or shuffle items after this one take precedence.
        """
        places = [index for index, item in enumerate(items) if isinstance(item, SnippetItem)]
        snippets = [item for item in items if isinstance(item, SnippetItem)]
        snippets.sort(key=self._order)  # the Snippets of a Source are in its order, and combinations in theirs
        for place, item in zip(places, _with_chains_together(snippets), strict=True):
            items[place] = item

    def _order(self, item: SnippetItem) -> tuple[int, int]:
        return self._languages.index(item.suite.language), self._places[item.file.source.path]


class ChainHooks:
    """The hooks that keep chains together, whatever other plugins do."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, object, object]:
        """Put the items of each chain in its order, where the first of them stands after all other plugins."""
        result = yield
        items[:] = _with_chains_together(items)
        return result


def _with_chains_together(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return ``items`` with those of each chain in its order, where the first of them stands."""
    chains: dict[tuple[str, Combination], list[SnippetItem]] = {}
    for item in items:
        if isinstance(item, SnippetItem) and item.file.is_in_chain:
            chains.setdefault(_chain_of(item), []).append(item)
    found: list[pytest.Item] = []
    for item in items:
        if isinstance(item, SnippetItem) and item.file.is_in_chain:
            chain = chains.pop(_chain_of(item), [])
            chain.sort(key=_place_in_chain)
            found += chain
        else:
            found.append(item)
    return found


def _chain_of(item: SnippetItem) -> tuple[str, Combination]:
    return item.file.group, item.suite.combination


def _place_in_chain(item: SnippetItem) -> tuple[int, int]:
    source = item.file.source
    return item.suite.chain_of(source.path).index(source.path), source.snippets.index(item.snippet)
