"""Distribution by pytest-xdist: all Snippets of a Source go to one worker, since a Source runs once, as a whole.

So do all Sources of a chain. What a worker gets is in the running order.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling, LoadGroupScheduling, LoadScopeScheduling

from snipproof.model import Suite


def make_scheduler(
    config: pytest.Config, log: Producer | None, suites: Mapping[str, Suite], *, shared: bool
) -> LoadScopeScheduling | None:
    """Return a scheduler for the distribution that was chosen, ``None`` if that distributes nothing.

    :param suites: the Suite of each Source, by the path of the Source.
    :param shared: whether all Snippets use one server that was given by its address.
    """
    dist = config.getvalue("dist")
    if dist in ("load", "worksteal"):
        return SourceScheduling(config, log, suites, shared=shared)
    kind = {"loadfile": _FileScheduling, "loadscope": _ScopeScheduling, "loadgroup": _GroupScheduling}.get(dist)
    return kind(config, log, suites) if kind else None


class SourceScheduling(LoadScopeScheduling):
    """Keeps the Snippets of a Source or chain together and distributes all other tests one by one.

    :param suites: the Suite of each Source, by the path of the Source.
    :param shared: whether all Snippets use one server that was given by its address, so one worker proves them all.
    """

    def __init__(
        self, config: pytest.Config, log: Producer | None, suites: Mapping[str, Suite], *, shared: bool
    ) -> None:
        super().__init__(config, log)
        self._suites = suites
        self._shared = shared

    def schedule(self) -> None:
        """Distribute the items in the running order; pytest-xdist would begin with files that have many items."""
        self.config.option.loadscopereorder = False
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        source = find_source(nodeid.partition("::")[0], self._suites)
        if source is None:
            return nodeid
        return "" if self._shared else _group(source, self._suites)


class _ScopeScheduling(LoadScopeScheduling):
    """Keeps Sources and chains together; pytest-xdist would split a Source whose Snippets have names with colons."""

    def __init__(self, config: pytest.Config, log: Producer | None, suites: Mapping[str, Suite]) -> None:
        super().__init__(config, log)
        self._suites = suites

    def _split_scope(self, nodeid: str) -> str:
        source = find_source(nodeid.partition("::")[0], self._suites)
        return _group(source, self._suites) if source else str(super()._split_scope(nodeid))


class _FileScheduling(_ScopeScheduling, LoadFileScheduling):
    """The same where other tests are distributed by file."""


class _GroupScheduling(_ScopeScheduling, LoadGroupScheduling):
    """The same where other tests are distributed by group."""


def _group(source: str, suites: Mapping[str, Suite]) -> str:
    """Return the path of the first Source of the chain of ``source``, which is its own if it stands alone."""
    return next(iter(suites[source].chain_of(source)), source)


def find_source(path: str, sources: Mapping[str, object]) -> str | None:
    """Return which of ``sources`` the path in the id of a node means, ``None`` for another file.

    If pytest's root directory is not that of the docs, one of both is the end of the other.
    """
    if path in sources:
        return path
    ends = (path[index + 1 :] for index, character in enumerate(path) if character == "/")
    inner = next((end for end in ends if end in sources), None)
    return inner or next((each for each in sources if each.endswith(f"/{path}")), None)
