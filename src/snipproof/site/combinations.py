"""The matrix of versions: each Suite in the versions of the server and of its client that the settings name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from snipproof.errors import SettingsError
from snipproof.model import Combination, Suite
from snipproof.server_settings import DEFAULT_SERVICE, at_version
from snipproof.text import did_you_mean

if TYPE_CHECKING:
    from snipproof.config import Settings


def with_clients(settings: Settings, suites: Sequence[Suite]) -> list[Suite]:
    """Return ``suites`` with the further lock files that ``settings`` name; they need not exist.

    :raises SettingsError: the settings name a Suite that does not exist.
    """
    clients = settings.matrix.clients
    if not clients:
        return list(suites)
    known = [name for suite in suites for name in (suite.flavour, suite.path)]
    for name in clients:
        if name not in known:
            hint = did_you_mean(name, known) or f"known: {', '.join(suite.flavour for suite in suites)}"
            raise SettingsError(
                f"{settings.origin('matrix', 'clients', name)} no Suite has the flavour or the path {name!r}", hint
            )
    return [
        suite._replace(
            clients=tuple(_locks(settings, {**clients.get(suite.flavour, {}), **clients.get(suite.path, {})}))
        )
        for suite in suites
    ]


def _locks(settings: Settings, clients: Mapping[str, str]) -> list[tuple[str, str]]:
    home, root = settings.home.resolve(), settings.root.resolve()
    return [(name, Path(os.path.relpath(home / lock, root)).as_posix()) for name, lock in clients.items()]


def combine(settings: Settings, suite: Suite) -> list[Suite]:
    """Return ``suite`` once for each combination of versions of the matrix.

    Of the servers that it uses, those vary that have no version, image or address of their own. Its own lock file
    always belongs to the matrix, under no name.
    """
    varying = [name for name in suite.services if _varies(settings, name)]
    found = []
    for version in settings.matrix.servers if varying else ():
        names = {name: at_version(name, version) for name in varying}
        found.append(
            suite._replace(
                combination=Combination(version),
                services=tuple(names.get(name, name) for name in suite.services),
                seed=tuple((names.get(name, name), files) for name, files in suite.seed),
            )
        )
    return [
        each._replace(combination=Combination(each.combination.server, client), lock=lock)
        for each in found or [suite]
        for client, lock in (("", suite.lock), *suite.clients)
    ]


def _varies(settings: Settings, service: str) -> bool:
    return service == DEFAULT_SERVICE or not settings.services[service].has_own_version


def require_client(settings: Settings, suite: Suite) -> None:
    """Check that the lock file of the client of a combination exists.

    :raises SettingsError: it does not.
    """
    client = suite.combination.client
    if not client or (settings.root / str(suite.lock)).is_file():
        return
    names = (suite.path, suite.flavour)
    key = next(name for name in names if client in settings.matrix.clients.get(name, {}))
    lock = settings.matrix.clients[key][client]
    place = settings.origin("matrix", "clients", key, client)
    raise SettingsError(
        f"{place} lock file {lock!r} not found", "correct the path, which is relative to the settings file"
    )


def labels_of(settings: Settings, suites: Sequence[Suite]) -> list[str]:
    """Return the labels of all combinations of ``suites``, which ids of Snippets may end with."""
    found = (each.combination.label for suite in suites for each in combine(settings, suite))
    return list(dict.fromkeys(filter(None, found)))


def without_label(name: str, labels: Sequence[str]) -> str:
    """Return ``name``, that of a Snippet or its id, without the one of ``labels`` that it ends with."""
    end = next((f"[{label}]" for label in labels if name.endswith(f"[{label}]")), "")
    return name.removesuffix(end)
