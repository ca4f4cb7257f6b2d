"""A chain that is being run: which of its Sources have run in the state that they share, and what failed in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from snipproof.model import Outcome, Source
from snipproof.run.provider_answers import Answerer
from snipproof.run.verdict import Verdict
from snipproof.services.weaviate.state import State

_FINE = (Outcome.PASSED, Outcome.UPDATED, Outcome.SKIPPED, Outcome.UNREACHED)


@dataclass(slots=True)
class OpenChain:
    """The state of one chain.

    :param paths: its Sources, in running order.
    :param states: what is stored on the servers that they use, marked before the first one.
    :param services: the names of those servers.
    :param answerers: what answered for providers so far: what is stored may come from there.
    """

    paths: tuple[str, ...]
    states: Sequence[State]
    services: tuple[str, ...] = ()
    answerers: set[Answerer] = field(default_factory=set)
    _ran: dict[str, Verdict | None] = field(default_factory=dict)  # with the first failure, by path

    @property
    def has_begun(self) -> bool:
        """Whether one of its Sources has run."""
        return bool(self._ran)

    def has_run(self, source: Source) -> bool:
        """Return whether ``source`` has run in this state."""
        return source.path in self._ran

    def add(self, source: Source, verdicts: Iterable[Verdict]) -> None:
        """Note that ``source`` has run."""
        bad = [each for each in verdicts if each.outcome not in _FINE]
        bad.sort(key=lambda each: (each.only_differs, each.outcome is not Outcome.FAILED))
        self._ran[source.path] = bad[0] if bad else None

    def explain(self, source: Source, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Return the Verdicts on ``source``; those that are not a pass name the Source before it that failed first."""
        before = [(path, self._ran.get(path)) for path in self.paths[: self.paths.index(source.path)]]
        failures = [(path, failure) for path, failure in before if failure]
        if not failures:
            return list(verdicts)
        path, first = failures[0]
        what = f"{path}:{first.line}:1 `{first.snippet.name}`: {first.reason}"
        note = f"the Source before it in the chain, {path}, failed: {what}"
        spoiled = any(not failure.only_differs for _, failure in failures)
        return [
            replace(each, reason=f"{each.reason} ({note})", spoiled=spoiled) if each.outcome not in _FINE else each
            for each in verdicts
        ]
