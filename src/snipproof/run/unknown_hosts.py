"""Explains a failure by what the Source tried to reach in vain: hosts without a Service, downloads without a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from snipproof.model import Outcome
from snipproof.run.verdict import Verdict
from snipproof.text import listed

# Weaviate's client for Python looks there for a newer version whenever it connects, and goes on without.
_HARMLESS = frozenset({"pypi.org"})
_PORT = "the settings have a server at this port: the Suite has to name it in `services`"
_HOST_HINT = "only hosts that the settings name exist while this Suite is proven, see `network` in the guide"
_NO_SERVICE, _NO_FILE = "for which no Service is configured", "for which the settings name no file"
_FILE_HINT = "name the file in [downloads] of the settings, see downloads in the guide"


def explain_unknown_hosts(
    verdicts: Iterable[Verdict], hosts: Sequence[str], downloads: Sequence[str] = ()
) -> list[Verdict]:
    """Return the Verdicts; a failure gets a note about the hosts that were looked up in vain, and about downloads.

    :param hosts: the hosts that the Source, or a server on its behalf, looked up and that do not exist; and
        ``HOST:PORT`` of servers that the Suite does not name.
    :param downloads: the addresses that it requested and for which the settings name no file.
    """
    found = list(verdicts)
    is_only = sum(map(_is_explained, found)) == 1
    return [_explained(verdict, hosts, downloads, is_only=is_only) for verdict in found]


def _is_explained(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.FAILED and not verdict.only_differs


def _explained(verdict: Verdict, hosts: Sequence[str], downloads: Sequence[str], *, is_only: bool) -> Verdict:
    if not _is_explained(verdict):
        return verdict
    texts = f"{verdict.reason}\n{verdict.details}\n{verdict.output}"
    named = [host for host in hosts if re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", texts, re.IGNORECASE)]
    missing = [address for address in downloads if address in texts or urlsplit(address).path in texts]
    others = [host for host in hosts if host not in _HARMLESS]
    hint_of_hosts = _PORT if any(":" in host for host in named or hosts) else _HOST_HINT
    notes = []
    if named:
        notes.append((f"it connects to {listed(named)}, {_NO_SERVICE}", hint_of_hosts))
    # The error is often one of what was made of the missing file, and does not name it.
    if found := missing or (downloads if is_only else ()):
        notes.append((f"it downloads {listed(found)}, {_NO_FILE}", _FILE_HINT))
    reason = f"{verdict.reason} ({'; '.join(note for note, _ in notes)})" if notes else verdict.reason
    if not notes and downloads:
        notes.append((f"the Source downloads {listed(downloads)}, {_NO_FILE}", _FILE_HINT))
    if not notes and others:
        verb = "tried to reach" if any(":" in host for host in others) else "looked up"
        notes.append((f"the Source {verb} {listed(others)}, {_NO_SERVICE}", hint_of_hosts))
    details = "\n\n".join([verdict.details.rstrip(), *(f"{note}\n  hint: {hint}" for note, hint in notes)])
    return replace(verdict, reason=reason, details=details.lstrip()) if notes else verdict
