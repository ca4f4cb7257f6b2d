"""The pytest plugin: Sources become files, Snippets become items. Thin: what it decides is decided in ``prove``.

Nothing but this module is imported while no Suite is configured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from snipproof.services.startup import Services
    from snipproof.services.weaviate.state import State

_OPTIONS = {
    "--snippets-weaviate": ("weaviate.mode", "auto, url, container or embedded: where Weaviate comes from"),
    "--snippets-weaviate-url": ("weaviate.url", "prove against the Weaviate at this address"),
    "--snippets-weaviate-grpc": ("weaviate.grpc", "HOST:PORT of its gRPC API, if not the same host and port 50051"),
    "--snippets-timeout": ("run.timeout", "seconds one Source may run"),
}
_FLAGS = {
    "--snippets-require": ("run.require", "a language that cannot be run on this machine is an error, not a skip"),
    "--snippets-fresh": ("run.fresh", "run each Source in a process that shares nothing with that of another one"),
}
_UPDATES = (
    ("--snippets-update", "write", "write what Snippets gave into Expectations that show something else"),
    ("--snippets-update=review", "review", "show each such change, and ask"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the settings a run may want to change; each one has the name of its setting."""
    group = parser.getgroup("snippets", "documentation snippets (snipproof)")
    for option, (_, text) in _OPTIONS.items():
        group.addoption(option, metavar="VALUE", help=text)
    for option, (_, text) in _FLAGS.items():
        group.addoption(option, action="store_const", const="true", help=text)
    # Two options, so that a path behind the first one is never taken for its value.
    for option, mode, text in _UPDATES:
        group.addoption(option, action="store_const", const=mode, dest="snippets_update", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings; do nothing more when they name no Suite."""
    from snipproof.config import find_settings_file

    if find_settings_file(config.rootpath) is None:
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
    if suites:
        try:
            from snipproof.pytest_plugin.session import SnippetPlugin
        except ModuleNotFoundError as error:
            message = f"running snippets needs {error.name}: pip install 'snipproof[weaviate]'"
            raise pytest.UsageError(message) from None
        snippets = SnippetPlugin(config, settings, suites)
        config.pluginmanager.register(snippets, "snipproof-snippets")
        if mode := config.getoption("snippets_update"):
            from snipproof.pytest_plugin.updates import begin_updates

            updates = begin_updates(config, settings, suites, snippets.tally, mode)
            config.pluginmanager.register(updates, "snipproof-updates")


@pytest.fixture(scope="session")
def snippet_services(request: pytest.FixtureRequest) -> Services:
    """The running Services: ``.weaviate`` (host, ports, version), ``.assets_url``, ``.vectorizer_url``."""
    plugin = request.config.pluginmanager.get_plugin("snipproof-snippets")
    if plugin is None:
        raise pytest.UsageError("no suite is configured: set `suites` in [tool.snipproof]")
    services: Services = plugin.prover.services
    return services


@pytest.fixture(scope="session")
def snippet_state(request: pytest.FixtureRequest, snippet_services: Services) -> State:  # noqa: ARG001 (must be up)
    """What is stored in Weaviate: ``.keep(fill)`` stores data now, and again whenever a Source changed it."""
    plugin: Any = request.config.pluginmanager.get_plugin("snipproof-snippets")
    state: State = plugin.prover.state
    return state
