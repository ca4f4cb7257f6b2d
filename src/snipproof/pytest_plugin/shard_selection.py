"""``--snippets-shard``: proves one of several parts of all Sources."""

from __future__ import annotations

import os
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import pytest

from snipproof.errors import SettingsError
from snipproof.model import Suite
from snipproof.pytest_plugin.items import SnippetItem
from snipproof.pytest_plugin.session import ProvingSession
from snipproof.report.report_file import read_report
from snipproof.report.shards import Shard, durations_of, parse_shard, plan_shards
from snipproof.text import plural

_SOURCES = "snipproof_shard"


def select_shard(config: pytest.Config, proving: ProvingSession, suites: Sequence[Suite]) -> Shard | None:
    """Return the shard that is run, ``None`` for a whole run, and register the hooks that select it.

    :raises SettingsError: an option is wrong, nothing is left for the shard, or the earlier report cannot be read.
    """
    given = config.getoption("--snippets-shard")
    if given and _SOURCES in getattr(config, "workerinput", {}):
        sources = frozenset(config.workerinput[_SOURCES])  # type: ignore[attr-defined]
        config.pluginmanager.register(ShardHooks(config, sources), "snipproof-shard")
        return parse_shard(given, os.environ)
    durations = config.getoption("--snippets-durations")
    if not given:
        if durations:
            raise SettingsError("--snippets-durations requires --snippets-shard", "give both, or neither")
        return None
    shard = parse_shard(given, os.environ)
    earlier = read_report(config.invocation_params.dir / durations) if durations else None
    plan = plan_shards(suites, shard.count, durations_of(earlier))[shard.index - 1]
    if not plan.sources:
        raise SettingsError(
            f"--snippets-shard {given}: no Source is left for this shard",
            f"there are only {plural(len(proving.tree.suites), 'Source')}",
        )
    config.pluginmanager.register(ShardHooks(config, frozenset(plan.sources)), "snipproof-shard")
    return shard


class ShardHooks:
    """Deselects the Snippets of all Sources but ``sources``."""

    def __init__(self, config: pytest.Config, sources: AbstractSet[str]) -> None:
        self._config = config
        self._sources = sources

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker of pytest-xdist the Sources: the earlier report may be gone when it starts."""
        node.workerinput[_SOURCES] = sorted(self._sources)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the Snippets of this shard, and all other tests."""
        others = [i for i in items if isinstance(i, SnippetItem) and i.file.source.path not in self._sources]
        if others:
            self._config.hook.pytest_deselected(items=others)
            items[:] = [item for item in items if item not in set(others)]
