"""Explains a failure by an environment variable that the Source reads and does not get."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from snipproof.model import Outcome, Source
from snipproof.run.verdict import Verdict
from snipproof.syntax.variables import read_variables


def explain_missing_variables(
    source: Source, text: str, verdicts: Iterable[Verdict], given: Collection[str], withheld: Collection[str] = ()
) -> list[Verdict]:
    """Return the Verdicts of ``source``; a failure gets a hint about a variable that the Source reads but lacks.

    If the message of the failure names the variable, or its line reads it, the reason names it too.

    :param text: the text of the Source with the Bindings applied.
    :param given: the names of the variables that the Source had.
    :param withheld: those of `run.env` that its Suite does not name in `secrets`.
    """
    found = ((text.count("\n", 0, offset) + 1, name) for offset, name in read_variables(text))
    missing = [(line, name) for line, name in found if name not in given]
    return [_explained(source, verdict, missing, withheld) for verdict in verdicts]


def _explained(
    source: Source, verdict: Verdict, missing: Sequence[tuple[int, str]], withheld: Collection[str]
) -> Verdict:
    if not missing or verdict.outcome is not Outcome.FAILED or verdict.only_differs:
        return verdict
    plain = [
        (line, name) for line, name in missing if line == verdict.line or re.search(rf"\b{name}\b", verdict.reason)
    ]
    line, name = (plain or missing)[0]
    note = f"the environment variable {name}, which {source.path}:{line} reads, is missing"
    where = "" if name in os.environ else f"set {name} where pytest runs, and "
    key = "`secrets` of the Suite" if name in withheld else "`run.env` in the settings"
    hint = f"{where}add {name!r} to {key}, so that Sources can read it"
    return replace(
        verdict,
        reason=f"{verdict.reason} ({note}: see {key.partition(' ')[0]})" if plain else verdict.reason,
        details=f"{verdict.details.rstrip()}\n\n{note}\n  hint: {hint}".lstrip(),
    )
