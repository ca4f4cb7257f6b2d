"""Divides the Sources and chains of all Suites into shards, one for each job of a CI system.

The division depends only on the Sources and on the durations of an earlier report, so each job finds its own part. It
has nothing to do with what a run selects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from snipproof.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from snipproof.model import Suite
    from snipproof.report.entries import RunReport

AUTO = "auto"
_SHARD = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
_VARIABLES = ("CI_NODE_INDEX", "CI_NODE_TOTAL")
_UNKNOWN = 1.0  # seconds of a Source, if no duration is known at all
_WRITE = "write INDEX/COUNT, such as 2/5, or auto"


@dataclass(frozen=True, slots=True)
class Shard:
    """The shard ``index`` of ``count``; both count from 1."""

    index: int
    count: int

    def __str__(self) -> str:
        """Return ``2/5``."""
        return f"{self.index}/{self.count}"


def parse_shard(text: str, environ: Mapping[str, str]) -> Shard:
    """Return the shard that ``text`` names.

    :param text: ``2/5``, or ``auto`` for the job of GitLab that ``CI_NODE_INDEX`` and ``CI_NODE_TOTAL`` describe.
    :raises SettingsError: it is not a shard, its number is out of range, or there are no such variables.
    """
    what = f"--snippets-shard {text}"
    if text == AUTO:
        missing = [name for name in _VARIABLES if not environ.get(name)]
        if missing:
            raise SettingsError(f"{what}: the environment variable {missing[0]} is not set", _WRITE)
        text = "/".join(environ[name] for name in _VARIABLES)
        what += f" ({text} in the environment)"
    found = _SHARD.fullmatch(text)
    if not found:
        raise SettingsError(f"{what}: not a shard", _WRITE)
    shard = Shard(int(found[1]), int(found[2]))
    if not 1 <= shard.index <= shard.count:
        raise SettingsError(f"{what}: the number of a shard is from 1 to {max(1, shard.count)}", _WRITE)
    return shard


class Durations(NamedTuple):
    """What an earlier run took, in seconds.

    :param sources: by the path of the Source.
    :param suites: by the path of the Suite, what its first Source in a shard costs in addition.
    """

    sources: Mapping[str, float]
    suites: Mapping[str, float]


def durations_of(report: RunReport | None) -> Durations:
    """Return the durations in a report; without one, all Sources count alike."""
    if report is None:
        return Durations({}, {})
    sources = {each["path"]: each["duration"] for each in report["run"]["sources"] if each["duration"] is not None}
    suites = {each["path"]: each["times"].get("build", 0.0) for each in report["run"]["suites"]}
    return Durations(sources, suites)


class ShardPlan(NamedTuple):
    """The Sources of one shard, and how long they will take.

    :param sources: their paths, in running order.
    :param flavours: of the Suites that they belong to.
    """

    sources: tuple[str, ...]
    flavours: tuple[str, ...]
    seconds: float


def plan_shards(suites: Sequence[Suite], count: int, durations: Durations) -> list[ShardPlan]:
    """Divide the Sources of ``suites`` into ``count`` shards of nearly the same duration; no chain is divided.

    The longest Source or chain comes first, each to the shard that is done with it earliest. A shard pays once for
    building a Suite.
    """
    suite_of = {path: suite for suite in suites for path in suite.sources}
    known = [durations.sources[path] for path in suite_of if path in durations.sources]
    usual = median(known) if known else _UNKNOWN
    seconds = {path: durations.sources.get(path, usual) for path in suite_of}
    whole = {suite.chain_of(path) or (path,) for path, suite in suite_of.items()}
    parts = {part: sum(seconds[path] for path in part) for part in whole}
    loads, built = [0.0] * count, [set[str]() for _ in range(count)]
    chosen: list[set[str]] = [set() for _ in range(count)]
    for part in sorted(parts, key=lambda part: (-parts[part], part)):
        suite = suite_of[part[0]].path

        def done(index: int, part: tuple[str, ...] = part, suite: str = suite) -> float:
            more = 0.0 if suite in built[index] else durations.suites.get(suite, 0.0)
            return loads[index] + parts[part] + more

        best = min(range(count), key=lambda index: (done(index), index))
        loads[best] = done(best)
        built[best].add(suite)
        chosen[best].update(part)
    return [
        ShardPlan(
            tuple(path for path in suite_of if path in chosen[index]),
            tuple(dict.fromkeys(suite.flavour for suite in suites if suite.path in built[index])),
            round(loads[index], 1),
        )
        for index in range(count)
    ]


def github_matrix(plans: Sequence[ShardPlan]) -> dict[str, Any]:
    """Return the matrix of a job of GitHub Actions, one entry for each shard that has Sources.

    Only empty shards are left out: their number stays in the names of the others.
    """
    return {
        "include": [
            {
                "shard": f"{index}/{len(plans)}",
                "flavours": " ".join(plan.flavours),
                "sources": len(plan.sources),
                "seconds": plan.seconds,
            }
            for index, plan in enumerate(plans, start=1)
            if plan.sources
        ]
    }
