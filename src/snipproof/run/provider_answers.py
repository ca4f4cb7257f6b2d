"""What answered for providers of models while a Source ran, and which of its requests could not be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from snipproof.errors import DocsError
from snipproof.run.source_run import Crash, SourceRun

if TYPE_CHECKING:
    from snipproof.services.providers.provider_hosts import Problem, Providers

_STAND_IN = "stand-in"
PROBLEM = "ProviderError"
"""The type of a failure by a request that could not be answered; the Source itself may have gone on."""


Answerer = tuple[str, str]
"""The name of a host, and the kind of what answered for it."""


def take_answerers(providers: Providers) -> set[Answerer]:
    """Return what has answered since the last call, for a fixture or a seed.

    :raises DocsError: a request could not be answered.
    """
    answerers = {(each.name, each.kind) for each in providers.answered()}
    if problems := providers.problems():
        raise DocsError(f"a fixture or a seed got no answer: {problems[0].reason}", problems[0].hint)
    return answerers


def run_with_providers(
    providers: Providers, execute: Callable[[], SourceRun], stored: Iterable[Answerer]
) -> tuple[SourceRun, set[Answerer]]:
    """Return the result of ``execute`` with what answered in the meantime, and the latter by itself.

    :param stored: what has answered before for data that is stored now.
    :raises DocsError: what was recorded holds a key.
    """
    run = execute()
    providers.store()
    answered, problems = providers.answered(), providers.problems()
    every = [*((*key, 0) for key in stored), *answered]
    run = replace(
        run,
        stand_ins=tuple((name, since) for name, kind, since in every if kind == _STAND_IN),
        replies=tuple((name, kind, since) for name, kind, since in every if kind != _STAND_IN),
        # First, since they explain what follows from them.
        crashes=(*map(_crash, problems), *run.crashes),
    )
    return run, {(each.name, each.kind) for each in answered}


def _crash(problem: Problem) -> Crash:
    hint = f"  hint: {problem.hint}" if problem.hint else ""
    return Crash(PROBLEM, problem.reason, (), hint, problem.since, cause="")
