"""The entry point of the pytest plugin: options, settings and fixtures.

Only this module is imported while no Suite is configured.
"""

from __future__ import annotations

import argparse
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from snipproof.config import Settings
    from snipproof.model import Suite
    from snipproof.pytest_plugin.session import ProvingSession
    from snipproof.pytest_plugin.tally import Tally
    from snipproof.run.server_states import EveryState
    from snipproof.services.startup import Services
    from snipproof.services.weaviate.state import State

_PROVING: pytest.StashKey[ProvingSession] = pytest.StashKey()
_OPTIONS = {
    "--snippets-weaviate": ("weaviate.mode", "auto, url, container or embedded: where Weaviate comes from"),
    "--snippets-weaviate-url": ("weaviate.url", "prove against the Weaviate at this address"),
    "--snippets-weaviate-grpc": ("weaviate.grpc", "HOST:PORT of its gRPC API, if not the same host and port 50051"),
    "--snippets-timeout": ("run.timeout", "seconds one Source may run"),
}
_FLAGS = {
    "--snippets-require": ("run.require", "report a language that cannot run on this machine as an error, not a skip"),
    "--snippets-fresh": ("run.fresh", "run each Source in a process of its own that shares nothing with others"),
}
_UPDATES = (
    ("--snippets-update", "write", "update Expectations that differ from the output of their Snippets"),
    ("--snippets-update=review", "review", "show each change, and write it only after a confirmation"),
)


_PLACES = {
    "--snippets-config": (
        "FILE",
        "the settings file, if it is neither in pytest's root directory nor in the current one",
    ),
    "--snippets-root": ("DIR", "the folder of the settings file; with --snippets-config the docs tree"),
}
_REPORT = {
    "--snippets-report": ("FILE", "write what this run proved to FILE, as JSON"),
    "--snippets-shard": ("INDEX/COUNT", "prove one of several parts of all Sources, such as 2/5; auto on GitLab"),
    "--snippets-durations": ("FILE", "an earlier report, whose durations balance the shards"),
}
_REPORTING = (*_REPORT, "--snippets-coverage")
_UPDATE_LEDGER = "--snippets-update-ledger"
# What a session registers for the Sources as they were when it began.
_OF_ONE_RUN = tuple(f"snipproof-{name}" for name in ("collection", "order", "ledger", "providers", "report", "updates"))
_MATRIX = "--snippets-matrix"
_ALL = "all"
_SERVER = "SERVER="
_NO_SUITE = "{}: no Suite is configured: set `suites` in [tool.snipproof]"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add options for settings that often change from run to run."""
    group = parser.getgroup("snippets", "documentation snippets (snipproof)")
    text = "prove all Suites, or the Sources at or below the given paths, and collect nothing else"
    group.addoption("--snippets", action="store_true", help=text)
    for option, (metavar, text) in _PLACES.items():
        group.addoption(option, metavar=metavar, help=text)
    for option, (_, text) in _OPTIONS.items():
        group.addoption(option, metavar="VALUE", help=text)
    for option, (_, text) in _FLAGS.items():
        group.addoption(option, action="store_const", const="true", help=text)
    text = "contact a provider of models: record=HOST keeps what it answers, live=HOST does not; may be repeated"
    group.addoption("--snippets-providers", action="append", default=[], metavar="MODE=HOST", help=text)
    for option, (metavar, text) in _REPORT.items():
        group.addoption(option, metavar=metavar, help=text)
    text = "report which shown statements ran, and fail if fewer did than the setting run.coverage-floor demands"
    group.addoption("--snippets-coverage", action="store_true", help=text)
    text = "start Services, even if a running `snipproof watch` of this docs tree has the same"
    group.addoption("--snippets-fresh-services", action="store_true", help=text)
    text = "prove in all versions of the setting matrix; with SERVER=1.37.14 in that version only; may be repeated"
    options: dict[str, Any] = {"nargs": "?", "const": _ALL, "type": _versions, "action": "append", "default": []}
    group.addoption(_MATRIX, metavar=f"{_SERVER}VERSION", help=text, **options)
    text = "write the ledger of known failures from this run, which must be complete"
    group.addoption(_UPDATE_LEDGER, action="store_true", help=text)
    # Two options, so that a path after the first one is never taken for its value.
    for option, mode, text in _UPDATES:
        group.addoption(option, action="store_const", const=mode, dest="snippets_update", help=text)


def _versions(given: str) -> str:
    """Return the value of ``--snippets-matrix``; a path that stands behind the option is not one."""
    if given != _ALL and not given.startswith(_SERVER):
        message = f"{given!r} is not {_SERVER}VERSION; a path must stand before {_MATRIX}, or behind {_MATRIX}={_ALL}"
        raise argparse.ArgumentTypeError(message)
    return given


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings; do nothing more if they name no Suite."""
    from snipproof.config import find_settings_file

    here = config.invocation_params.dir
    file, root = ((here / given if (given := config.getoption(option)) else None) for option in _PLACES)
    folders = [root] if root else [config.rootpath, here]
    found = file or next(filter(None, map(find_settings_file, folders)), None)
    wanted = next(
        (option for option in ("--snippets", *_REPORTING, _UPDATE_LEDGER, _MATRIX) if config.getoption(option)), ""
    )
    if found is None:
        if wanted:
            raise pytest.UsageError(_NO_SUITE.format(wanted))
        return
    from snipproof.config import load_settings
    from snipproof.errors import SnipproofError
    from snipproof.site.suite import load_suites

    given = {key: config.getoption(option) for option, (key, _) in {**_OPTIONS, **_FLAGS}.items()}
    overrides = {key: value for key, value in given.items() if value is not None}
    if "weaviate.url" in overrides:
        overrides.setdefault("weaviate.mode", "url")
    try:
        settings = load_settings(root if file else found.parent, file=file, overrides=overrides)
        suites = load_suites(settings) if settings.suites else []
    except SnipproofError as error:
        raise pytest.UsageError(str(error)) from None
    if wanted and not suites:
        raise pytest.UsageError(_NO_SUITE.format(wanted))
    if suites:
        if online := config.getoption("snippets_providers"):
            from snipproof.pytest_plugin.provider_options import with_online_providers

            settings = with_online_providers(settings, online)
        _begin(config, settings, suites)


def _begin(config: pytest.Config, settings: Settings, suites: Sequence[Suite]) -> None:
    """Register the hooks of a session that has Suites."""
    try:
        from snipproof.pytest_plugin.collection import CollectionHooks
        from snipproof.pytest_plugin.hooks import SnippetHooks
        from snipproof.pytest_plugin.order import ChainHooks, OrderHooks
        from snipproof.pytest_plugin.session import ProvingSession
        from snipproof.pytest_plugin.tally import Tally
    except ModuleNotFoundError as error:
        message = f"running snippets requires {error.name}: pip install 'snipproof[weaviate]'"
        raise pytest.UsageError(message) from None
    versions = None
    if given := config.getoption(_MATRIX):
        from snipproof.pytest_plugin.matrix_option import select_versions

        chosen = [each.removeprefix(_SERVER) for each in given if each != _ALL]
        versions = select_versions(settings, suites, chosen if _ALL not in given else [])
    proving = config.stash[_PROVING] = ProvingSession(config, settings, suites, versions)
    _load_fixtures(config, settings.home, settings.root)
    tally = Tally()
    config.pluginmanager.register(CollectionHooks(config, proving), "snipproof-collection")
    config.pluginmanager.register(SnippetHooks(config, proving, tally), "snipproof-snippets")
    config.pluginmanager.register(OrderHooks(proving), "snipproof-order")
    config.pluginmanager.register(ChainHooks(), "snipproof-chains")
    _begin_options(config, proving, tally, suites)


def begin_again(config: pytest.Config, suites: Sequence[Suite]) -> None:
    """Let the session collect and report Sources as they are now, as if it had just begun.

    :param suites: all Suites that the settings name.
    :raises UsageError: the ledger of known failures cannot be used.
    """
    from snipproof.pytest_plugin.collection import CollectionHooks
    from snipproof.pytest_plugin.order import OrderHooks
    from snipproof.pytest_plugin.tally import Tally

    proving = proving_of(config)
    for name in _OF_ONE_RUN:
        if config.pluginmanager.has_plugin(name):
            config.pluginmanager.unregister(name=name)
    config.pluginmanager.register(CollectionHooks(config, proving), "snipproof-collection")
    config.pluginmanager.register(OrderHooks(proving), "snipproof-order")
    _begin_options(config, proving, Tally(), suites)


def _begin_options(config: pytest.Config, proving: ProvingSession, tally: Tally, suites: Sequence[Suite]) -> None:
    """Register the hooks that only some sessions need. Each module is imported by those that use it."""
    register = config.pluginmanager.register
    if proving.settings.known_failures or config.getoption(_UPDATE_LEDGER):
        from snipproof.pytest_plugin.ledger_hooks import begin_ledger

        if ledger := begin_ledger(config, proving):
            register(ledger, "snipproof-ledger")
    if proving.settings.providers and not proving.is_worker:
        from snipproof.pytest_plugin.provider_options import ProviderHooks

        register(ProviderHooks(proving.settings), "snipproof-providers")
    if not config.getoption("collectonly") or any(config.getoption(option) for option in _REPORTING):
        from snipproof.pytest_plugin.reporting import begin_report

        begin_report(config, proving, suites)
    if mode := config.getoption("snippets_update"):
        from snipproof.pytest_plugin.updates import begin_updates

        register(begin_updates(config, proving, tally, mode), "snipproof-updates")


def _load_fixtures(config: pytest.Config, home: Path, root: Path) -> None:
    """Load the ``conftest.py`` beside settings outside the docs tree: for pytest, it belongs to tests below its folder.

    :raises pytest.UsageError: it cannot be imported.
    """
    file = home / "conftest.py"
    if home == root or not file.is_file():
        return
    plugins = config.pluginmanager.get_plugins()
    loaded = next((each for each in plugins if getattr(each, "__file__", None) == str(file)), None)
    if loaded is None:
        config.pluginmanager.register(_import(file), "snipproof-conftest")
    elif home != config.rootpath:
        # Only the fixtures: its hooks are registered, and must not run twice.
        found = ModuleType("snipproof_fixtures")
        kind = type(snippet_services)
        vars(found).update({name: value for name, value in vars(loaded).items() if isinstance(value, kind)})
        config.pluginmanager.register(found, "snipproof-fixtures")


def _import(file: Path) -> object:
    import importlib.util

    spec = importlib.util.spec_from_file_location("snipproof_conftest", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # as pytest does it
        raise pytest.UsageError(f"{file} cannot be imported: {type(error).__name__}: {error}") from error
    return module


@pytest.fixture(scope="session")
def snippet_services(request: pytest.FixtureRequest) -> Services:
    """The running Services: ``.weaviate`` (host, ports, version), ``.assets_url``, ``.vectorizer_url``."""
    return proving_of(request.config).prover.services


@pytest.fixture(scope="session")
def snippet_state(request: pytest.FixtureRequest, snippet_services: Services) -> State | EveryState:  # noqa: ARG001 (must run)
    """What is stored in Weaviate: ``.keep(fill)`` stores data now, and again whenever a Source changed it."""
    return proving_of(request.config).prover.state


@pytest.fixture(scope="session")
def snippet_states(
    request: pytest.FixtureRequest,
    snippet_services: Services,  # noqa: ARG001
) -> Mapping[str, State | EveryState]:
    """What is stored in each of several servers, by its name in the settings: ``["rbac"].keep(fill)``."""
    return proving_of(request.config).prover.states.readable


def proving_of(config: pytest.Config) -> ProvingSession:
    """Return what all Snippets of a session share.

    :raises UsageError: no Suite is configured.
    """
    proving = config.stash.get(_PROVING, None)
    if proving is None:
        raise pytest.UsageError("no suite is configured: set `suites` in [tool.snipproof]")
    return proving
