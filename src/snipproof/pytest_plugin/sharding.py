"""Distribution by pytest-xdist: all Snippets of a Source go to one worker, since a Source runs once, as a whole."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class SourceScheduling(LoadScopeScheduling):
    """Keeps the Snippets of a Source together and distributes all other tests one by one.

    :param sources: the paths of all Sources.
    :param shared: whether all Snippets use one server that was given by its address, so one worker proves them all.
    """

    def __init__(self, config: pytest.Config, log: Producer | None, sources: Collection[str], *, shared: bool) -> None:
        super().__init__(config, log)
        self._sources = sources
        self._shared = shared

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        if not is_source(path, self._sources):
            return nodeid
        return "" if self._shared else path


def is_source(path: str, sources: Collection[str]) -> bool:
    """Return whether the path in the id of a node is that of one of ``sources``.

    If pytest's root directory is not that of the docs, one of both is the end of the other.
    """
    if path in sources:
        return True
    ends = (path[index + 1 :] for index, character in enumerate(path) if character == "/")
    return any(end in sources for end in ends) or any(each.endswith(f"/{path}") for each in sources)
