"""Fills the caches ahead of a run: the servers, what the lock files of Suites pin, and builds. No Source is run.

An image or a CI cache that was filled this way makes the run that follows work without a network.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from snipproof.config import Settings
from snipproof.errors import SettingsError, SnipproofError, ToolchainMissingError
from snipproof.model import Suite
from snipproof.processes.cache_entries import size_of
from snipproof.processes.cache_folder import cache_folder
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runner import Program, Runner, RunnerContext, make_runner
from snipproof.run.toolchain import environment_folder, is_installed
from snipproof.server_settings import DEFAULT_SERVICE, split_version
from snipproof.services.weaviate.binary import cached_binary, this_system
from snipproof.services.weaviate.obtain import obtain_server
from snipproof.site.combinations import require_client
from snipproof.site.source import read_source
from snipproof.text import did_you_mean, megabytes

_KEY_VERSION = 1  # changes when a cache of an older version is of no use
_SERVER_SETTINGS = ("mode", "version", "image", "binary", "obtain", "sha256")
_THREADS = 4  # downloads side by side


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What is ready now.

    :param what: the server, or the Suite with its flavour.
    :param found: what was there, or was obtained, and its size.
    :param seconds: how long that took.
    :param error: why it is not ready.
    """

    what: str
    found: str = ""
    seconds: float = 0.0
    error: SnipproofError | None = None

    @property
    def is_skipped(self) -> bool:
        """Whether this machine has no toolchain for the Suite."""
        return isinstance(self.error, ToolchainMissingError)


class Provisioning:
    """Fills the caches for ``suites``, or names what it would fill.

    :param suites: may have a Suite in several combinations of versions.
    :param log: called with a line about everything that takes time.
    """

    def __init__(
        self, settings: Settings, suites: Sequence[Suite], session: SessionFolder, log: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._services = {name for suite in suites for name in suite.services} or {DEFAULT_SERVICE}
        self._suites = list({(suite.path, suite.lock): suite for suite in suites}.values())
        self._session = session
        self._log = log

    def _runner(self, suite: Suite) -> Runner:
        require_client(self._settings, suite)
        # Builds that hold no addresses of Services would be found by no run.
        settings = self._settings._replace(run=self._settings.run._replace(build_cache=False))
        return make_runner(RunnerContext(suite, settings, self._session, self._log))

    def cache_key(self) -> str:
        """Return a key for a CI cache: it changes when the caches would be filled with something else.

        A Suite without its toolchain does not count: its environment cannot be in the cache.

        :raises SettingsError: a Suite is wrong.
        """
        facts: list[Any] = [
            _KEY_VERSION,
            *(
                {name: _plain(getattr(settings.weaviate, name)) for name in _SERVER_SETTINGS}
                for settings in self._servers().values()
            ),
        ]
        for suite in self._suites:
            runner = self._runner(suite)
            try:
                pinned = runner.pinned()
            except ToolchainMissingError:
                continue
            folder = environment_folder(runner.context, pinned) if pinned else None
            facts.append([suite.path, suite.language, folder.name if folder else None])
        key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
        return f"{cache_prefix()}{key.hexdigest()[:16]}"

    def folders(self) -> list[Path]:
        """Return the folders that hold everything: the cache, and those of the toolchains' own.

        :raises SettingsError: a Suite is wrong.
        """
        found = [cache_folder(self._settings)]
        for suite in self._suites:
            try:
                found += self._runner(suite).shared_folders()
            except ToolchainMissingError:
                continue
        return list(dict.fromkeys(found))

    def fill(self, *, server: bool = True) -> Iterator[Provisioned]:
        """Obtain everything, the downloads side by side; yield what is ready, in the order of the Suites.

        A failure does not stop the rest.

        :param server: whether the server is wanted.
        """
        work: list[tuple[str, Callable[[], str]]] = []
        if server:
            work += [(name, partial(self._server, settings)) for name, settings in self._servers().items()]
        work += [(_title(suite), partial(self._suite, suite)) for suite in self._suites]
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="snipproof") as pool:
            try:
                results = [pool.submit(_timed, what, obtain) for what, obtain in work]
                yield from map(Future.result, results)
            except BaseException:
                self._session.closing.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _servers(self) -> dict[str, Settings]:
        """Return the settings of each server of the Suites, by name; of those with the same version only one."""
        order = self._settings.service_names
        found: dict[object, tuple[str, Settings]] = {}
        for name in sorted(self._services, key=lambda each: (order.index(split_version(each)[0]), each)):
            settings = self._settings.of_service(name)
            wanted = settings.weaviate
            found.setdefault((wanted.is_given, wanted.version, wanted.image), (name, settings))
        return dict(found.values())

    def _server(self, settings: Settings) -> str:
        wanted = settings.weaviate
        if wanted.is_given:
            return "given by its address"
        place = cached_binary(settings)
        before = _identity(place)
        found = obtain_server(settings, self._log, self._session)
        if found.image:
            return f"image {found.image}, kept by the container engine ({found.reason})"
        size = megabytes(found.binary.stat().st_size)
        if found.binary != place:
            return f"{found.binary}, {size}"
        return f"{wanted.version} {'was there' if before == _identity(place) else 'obtained'}, {size}"

    def _suite(self, suite: Suite) -> str:
        runner = self._runner(suite)
        try:
            pinned = runner.pinned()
            folder = environment_folder(runner.context, pinned) if pinned else None
            there = folder is not None and is_installed(folder)
            runner.provision()
            if folder is None:
                done = "nothing to install"
            else:
                done = f"{'was there' if there else 'installed'}, {megabytes(size_of(folder))}"
            if runner.is_build_cached():
                return done
            self._build(runner)
            return f"{done}, built"
        finally:
            runner.close()

    def _build(self, runner: Runner) -> None:
        """Build the Sources of a Suite to fill the toolchain's own cache; what does not compile is left to a run."""
        root = self._settings.root
        sources = [read_source(root, path) for path in runner.context.suite.sources]
        runner.build([Program(each, each.text, runner.probe(each, each.text)) for each in sources])


def _title(suite: Suite) -> str:
    client = f", client {suite.combination.client}" if suite.combination.client else ""
    return f"{suite.flavour} ({suite.path}{client})"


def cache_prefix() -> str:
    """Return what all keys of this system begin with: a cache with another key is better than none."""
    return f"snipproof-{'-'.join(this_system())}-py{sys.version_info[0]}.{sys.version_info[1]}-"


def select_suites(suites: Sequence[Suite], names: Sequence[str]) -> list[Suite]:
    """Return the Suites with these flavours or paths; all if there are no ``names``.

    :raises SettingsError: a name fits no Suite.
    """
    for name in names:
        known = [word for suite in suites for word in (suite.flavour, suite.path)]
        if name not in known:
            hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
            raise SettingsError(f"no Suite has the flavour or the path {name!r}", hint)
    return [suite for suite in suites if not names or suite.flavour in names or suite.path in names]


def _timed(what: str, obtain: Callable[[], str]) -> Provisioned:
    begin = time.monotonic()
    try:
        return Provisioned(what, obtain(), time.monotonic() - begin)
    except SnipproofError as error:
        return Provisioned(what, seconds=time.monotonic() - begin, error=error)


def _identity(place: Path) -> tuple[int, int] | None:
    """Return what changes when the file at ``place`` is replaced; ``None`` if there is none."""
    try:
        status = place.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _plain(value: Any) -> Any:
    return dict(value) if hasattr(value, "items") else value
