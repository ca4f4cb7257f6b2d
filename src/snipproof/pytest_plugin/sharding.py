"""How pytest-xdist hands out Snippets: all of one Source to one worker, since a Source runs once, as a whole."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class SourceScheduling(LoadScopeScheduling):
    """Keeps the Snippets of a Source together; every other test goes out on its own.

    :param shared: all Snippets use one server that was given by its address, so one worker proves them all.
    """

    def __init__(self, config: pytest.Config, log: Producer | None, sources: Collection[str], *, shared: bool) -> None:
        super().__init__(config, log)
        self._sources = sources
        self._shared = shared

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        if path not in self._sources:
            return nodeid
        return "" if self._shared else path
