"""What answered for providers of models while a Source ran, and which of its requests could not be answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from snipproof.errors import DocsError
from snipproof.run.source_run import Crash, SourceRun

if TYPE_CHECKING:
    from snipproof.services.providers.provider_hosts import Answered, Problem, Providers

_STAND_IN = "stand-in"
PROBLEM = "ProviderError"
"""The type of a failure by a request that could not be answered; the Source itself may have gone on."""


class ProviderAnswers:
    """Adds to runs what answered; what a fixture got stays for the Sources that follow."""

    def __init__(self) -> None:
        self._seeded: dict[tuple[str, str], None] = {}

    def run(self, providers: Providers, execute: Callable[[], SourceRun]) -> SourceRun:
        """Return the result of ``execute``, with what answered in the meantime.

        :raises DocsError: a request of a fixture could not be answered, or what was recorded holds a key.
        """
        self._seeded |= dict.fromkeys((each.name, each.kind) for each in providers.answered())
        if problems := providers.problems():
            raise DocsError(f"a fixture got no answer: {problems[0].reason}", problems[0].hint)
        run = execute()
        providers.store()
        return self._with_answers(run, providers.answered(), providers.problems())

    def _with_answers(self, run: SourceRun, answered: tuple[Answered, ...], problems: tuple[Problem, ...]) -> SourceRun:
        every = [*((*key, 0) for key in self._seeded), *answered]
        return replace(
            run,
            stand_ins=tuple((name, since) for name, kind, since in every if kind == _STAND_IN),
            replies=tuple((name, kind, since) for name, kind, since in every if kind != _STAND_IN),
            # First, since they explain what follows from them.
            crashes=(
                *map(_crash, problems),
                *run.crashes,
            ),
        )


def _crash(problem: Problem) -> Crash:
    hint = f"  hint: {problem.hint}" if problem.hint else ""
    return Crash(PROBLEM, problem.reason, (), hint, problem.since, cause="")
