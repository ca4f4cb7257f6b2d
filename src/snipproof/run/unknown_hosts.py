"""Explains a failure by a host that the Source tried to reach and that no Service answers for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from snipproof.model import Outcome
from snipproof.run.verdict import Verdict
from snipproof.text import listed

# Weaviate's client for Python looks there for a newer version whenever it connects, and goes on without.
_HARMLESS = frozenset({"pypi.org"})
_HINT = "only hosts that the settings name exist while this Suite is proven, see `network` in the guide"


def explain_unknown_hosts(verdicts: Iterable[Verdict], hosts: Sequence[str]) -> list[Verdict]:
    """Return the Verdicts; a failure gets a note about the hosts that were looked up in vain.

    :param hosts: the hosts that the Source, or a server on its behalf, looked up and that do not exist.
    """
    return [_explained(verdict, hosts) for verdict in verdicts]


def _explained(verdict: Verdict, hosts: Sequence[str]) -> Verdict:
    if verdict.outcome is not Outcome.FAILED or verdict.only_differs:
        return verdict
    texts = f"{verdict.reason}\n{verdict.details}\n{verdict.output}"
    named = [host for host in hosts if re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", texts, re.IGNORECASE)]
    if named:
        note = f"it connects to {listed(named)}, for which no Service is configured"
        reason = f"{verdict.reason} ({note})"
    elif others := [host for host in hosts if host not in _HARMLESS]:
        note = f"the Source looked up {listed(others)}, for which no Service is configured"
        reason = verdict.reason
    else:
        return verdict
    return replace(verdict, reason=reason, details=f"{verdict.details.rstrip()}\n\n{note}\n  hint: {_HINT}".lstrip())
