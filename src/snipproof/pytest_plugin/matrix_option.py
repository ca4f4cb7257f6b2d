"""The option ``--snippets-matrix``, by which a run proves in several versions of the server and of the clients."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.site.combinations import labels_of
from snipproof.text import did_you_mean

OPTION = "--snippets-matrix"


def select_versions(settings: Settings, suites: Sequence[Suite], chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the versions of the server to prove in.

    :param chosen: those that the command line names, several in one item with commas; none for all.
    :raises pytest.UsageError: the settings name no versions, or not this one, or a server that cannot be varied.
    """
    known = settings.matrix.servers
    if not labels_of(settings, suites):
        raise pytest.UsageError(f"{OPTION} requires versions: set `matrix.servers` in the settings")
    if known and settings.weaviate.is_given:
        origin = settings.origin("weaviate", "url" if settings.weaviate.url else "mode")
        raise pytest.UsageError(f"{origin} {OPTION} starts a server of each version, and this is the address of one")
    wanted = [part.strip() for item in chosen for part in item.split(",")]
    for version in wanted:
        if version not in known:
            hint = did_you_mean(version, known) or f"known: {', '.join(known) or 'none'}"
            raise pytest.UsageError(f"{OPTION} SERVER={version}: `matrix.servers` has no such version: {hint}")
    return tuple(version for version in known if version in wanted) if wanted else known
