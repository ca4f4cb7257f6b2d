"""Distribution by pytest-xdist: all Snippets of a Source go to one worker, since a Source runs once, as a whole.

So do all Sources of a chain. What a worker gets is in the running order.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling, LoadScopeScheduling

from snipproof.model import Suite


def make_scheduler(
    config: pytest.Config, log: Producer | None, suites: Mapping[str, Suite], *, shared: bool
) -> LoadScopeScheduling | None:
    """Return a scheduler for the distribution that was chosen, ``None`` if pytest-xdist's own does what is needed.

    :param suites: the Suite of each Source, by the path of the Source.
    :param shared: whether all Snippets use one server that was given by its address.
    """
    dist = config.getvalue("dist")
    if dist in ("load", "worksteal"):
        return SourceScheduling(config, log, suites, shared=shared)
    if any(suite.chains for suite in suites.values()):
        if dist == "loadfile":
            return _FileScheduling(config, log, suites)
        if dist == "loadscope":
            return _ScopeScheduling(config, log, suites)
    return None


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
        path = nodeid.partition("::")[0]
        source = find_source(path, self._suites)
        if source is None:
            return nodeid
        return "" if self._shared else _chain(source, self._suites) or path


class _ScopeScheduling(LoadScopeScheduling):
    """Keeps chains together, beside what pytest-xdist keeps together."""

    def __init__(self, config: pytest.Config, log: Producer | None, suites: Mapping[str, Suite]) -> None:
        super().__init__(config, log)
        self._suites = suites

    def _split_scope(self, nodeid: str) -> str:
        source = find_source(nodeid.partition("::")[0], self._suites)
        chain = _chain(source, self._suites) if source else ""
        return chain or super()._split_scope(nodeid)


class _FileScheduling(_ScopeScheduling, LoadFileScheduling):
    """The same for whole files."""


def _chain(source: str, suites: Mapping[str, Suite]) -> str:
    """Return what stands for the chain of ``source``, ``""`` if it stands alone."""
    return next(iter(suites[source].chain_of(source)), "")


def find_source(path: str, sources: Mapping[str, object]) -> str | None:
    """Return which of ``sources`` the path in the id of a node means, ``None`` for another file.

    If pytest's root directory is not that of the docs, one of both is the end of the other.
    """
    if path in sources:
        return path
    ends = (path[index + 1 :] for index, character in enumerate(path) if character == "/")
    inner = next((end for end in ends if end in sources), None)
    return inner or next((each for each in sources if each.endswith(f"/{path}")), None)
