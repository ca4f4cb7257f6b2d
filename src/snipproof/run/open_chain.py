"""A chain that is being run: which of its Sources have run in the state that they share, and what failed in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from snipproof.model import Outcome, Source
from snipproof.run.verdict import Verdict
from snipproof.services.weaviate.state import State

_FINE = (Outcome.PASSED, Outcome.UPDATED, Outcome.SKIPPED, Outcome.UNREACHED)


@dataclass(slots=True)
class OpenChain:
    """The state of one chain.

    :param paths: its Sources, in running order.
    :param states: what is stored on the servers that they use, marked before the first one.
    :param stand_ins: the hosts for which a stand-in answered so far: what is stored may come from one.
    """

    paths: tuple[str, ...]
    states: Sequence[State]
    stand_ins: set[str] = field(default_factory=set)
    _ran: dict[str, str] = field(default_factory=dict)  # with what failed, by path

    def has_run(self, source: Source) -> bool:
        """Return whether ``source`` has run in this state."""
        return source.path in self._ran

    def add(self, source: Source, verdicts: Iterable[Verdict]) -> None:
        """Note that ``source`` has run."""
        bad = sorted(
            (each for each in verdicts if each.outcome not in _FINE),
            key=lambda each: each.outcome is not Outcome.FAILED,
        )
        self._ran[source.path] = (
            f"{source.path}:{bad[0].line}:1 `{bad[0].snippet.name}`: {bad[0].reason}" if bad else ""
        )

    def explain(self, source: Source, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Return the Verdicts on ``source``; those that are not a pass name the Source before it that failed first."""
        before = self.paths[: self.paths.index(source.path)]
        path, failure = next(((path, self._ran[path]) for path in before if self._ran.get(path)), ("", ""))
        if not failure:
            return list(verdicts)
        note = f"the Source before it in the chain, {path}, failed: {failure}"
        return [each if each.outcome in _FINE else replace(each, reason=f"{each.reason} ({note})") for each in verdicts]
