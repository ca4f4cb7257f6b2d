"""The entry point of the pytest plugin: options, settings and fixtures.

Only this module is imported while no Suite is configured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from snipproof.pytest_plugin.session import ProvingSession
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


_REPORT = {
    "--snippets-report": ("FILE", "write what this run proved to FILE, as JSON"),
    "--snippets-shard": ("INDEX/COUNT", "prove one of several parts of all Sources, such as 2/5; auto on GitLab"),
    "--snippets-durations": ("FILE", "an earlier report, whose durations balance the shards"),
}
_NO_SUITE = "{}: no Suite is configured: set `suites` in [tool.snipproof]"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add options for settings that often change from run to run."""
    group = parser.getgroup("snippets", "documentation snippets (snipproof)")
    text = "prove all Suites, or the Sources at or below the given paths, and collect nothing else"
    group.addoption("--snippets", action="store_true", help=text)
    for option, (_, text) in _OPTIONS.items():
        group.addoption(option, metavar="VALUE", help=text)
    for option, (_, text) in _FLAGS.items():
        group.addoption(option, action="store_const", const="true", help=text)
    for option, (metavar, text) in _REPORT.items():
        group.addoption(option, metavar=metavar, help=text)
    text = "report which shown statements ran, and fail if fewer did than the setting run.coverage-floor demands"
    group.addoption("--snippets-coverage", action="store_true", help=text)
    # Two options, so that a path after the first one is never taken for its value.
    for option, mode, text in _UPDATES:
        group.addoption(option, action="store_const", const=mode, dest="snippets_update", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings; do nothing more if they name no Suite."""
    from snipproof.config import find_settings_file

    wanted = next(
        (option for option in ("--snippets", *_REPORT, "--snippets-coverage") if config.getoption(option)), ""
    )
    if find_settings_file(config.rootpath) is None:
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
        settings = load_settings(config.rootpath, overrides=overrides)
        suites = load_suites(settings) if settings.suites else []
    except SnipproofError as error:
        raise pytest.UsageError(str(error)) from None
    if wanted and not suites:
        raise pytest.UsageError(_NO_SUITE.format(wanted))
    if suites:
        try:
            from snipproof.pytest_plugin.collection import CollectionHooks
            from snipproof.pytest_plugin.hooks import SnippetHooks
            from snipproof.pytest_plugin.session import ProvingSession
            from snipproof.pytest_plugin.tally import Tally
        except ModuleNotFoundError as error:
            message = f"running snippets requires {error.name}: pip install 'snipproof[weaviate]'"
            raise pytest.UsageError(message) from None
        proving = config.stash[_PROVING] = ProvingSession(config, settings, suites)
        tally = Tally()
        config.pluginmanager.register(CollectionHooks(config, proving), "snipproof-collection")
        config.pluginmanager.register(SnippetHooks(config, proving, tally), "snipproof-snippets")
        if wanted:
            from snipproof.pytest_plugin.reporting import begin_report

            begin_report(config, proving, suites)
        if mode := config.getoption("snippets_update"):
            from snipproof.pytest_plugin.updates import begin_updates

            updates = begin_updates(config, proving, tally, mode)
            config.pluginmanager.register(updates, "snipproof-updates")


@pytest.fixture(scope="session")
def snippet_services(request: pytest.FixtureRequest) -> Services:
    """The running Services: ``.weaviate`` (host, ports, version), ``.assets_url``, ``.vectorizer_url``."""
    return _proving(request.config).prover.services


@pytest.fixture(scope="session")
def snippet_state(request: pytest.FixtureRequest, snippet_services: Services) -> State:  # noqa: ARG001 (must run)
    """What is stored in Weaviate: ``.keep(fill)`` stores data now, and again whenever a Source changed it."""
    return _proving(request.config).prover.state


def _proving(config: pytest.Config) -> ProvingSession:
    proving = config.stash.get(_PROVING, None)
    if proving is None:
        raise pytest.UsageError("no suite is configured: set `suites` in [tool.snipproof]")
    return proving
