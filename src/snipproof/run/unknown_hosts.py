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
_PORT = "the settings have a server at this port: the Suite has to name it in `services`"
_HINT = "only hosts that the settings name exist while this Suite is proven, see `network` in the guide"


def explain_unknown_hosts(verdicts: Iterable[Verdict], hosts: Sequence[str]) -> list[Verdict]:
    """Return the Verdicts; a failure gets a note about the hosts that were looked up in vain.

    :param hosts: the hosts that the Source, or a server on its behalf, looked up and that do not exist; and
        ``HOST:PORT`` of servers that the Suite does not name.
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
        verb = "tried to reach" if any(":" in host for host in others) else "looked up"
        note = f"the Source {verb} {listed(others)}, for which no Service is configured"
        reason = verdict.reason
    else:
        return verdict
    hint = _PORT if any(":" in host for host in named or hosts) else _HINT
    return replace(verdict, reason=reason, details=f"{verdict.details.rstrip()}\n\n{note}\n  hint: {hint}".lstrip())
