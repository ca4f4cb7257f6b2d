"""``snipproof serve``: the Services alone, to try snippets by hand or to prove them on a running server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from snipproof.cli.console import extra_required, interrupt_on

if TYPE_CHECKING:
    import argparse

SUMMARY = "start the Services that snippets use, until Ctrl-C"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: ``serve`` has no options of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Start the Services, print their addresses, wait for Ctrl-C or SIGTERM and return 0.

    :raises InfrastructureError: a Service did not start.
    :raises SettingsError: a Suite is wrong, or the extra ``weaviate`` is not installed.
    """
    import signal

    from snipproof.config import load_settings
    from snipproof.server_settings import DEFAULT_SERVICE
    from snipproof.site.suite import load_suites
    from snipproof.text import listed

    settings = load_settings(arguments.root, file=arguments.config)
    try:
        from snipproof.processes.session_folder import SessionFolder
        from snipproof.services.startup import Services
    except ModuleNotFoundError as error:
        raise extra_required("serve", error) from None
    used = {name for suite in load_suites(settings) for name in suite.services} if settings.suites else set()
    names = [name for name in settings.service_names if name in (used or {DEFAULT_SERVICE})]
    interrupt_on(signal.SIGINT, signal.SIGTERM)
    with SessionFolder.begin() as session:
        assets = settings.root / settings.assets if settings.assets else None
        services = Services.start(settings, session, _log, assets, names=names)
        try:
            for name in names:
                server = services.server(name)
                grpc = f"{server.grpc_host}:{server.grpc_port}"
                _log(f"{'Weaviate' if name == DEFAULT_SERVICE else name} {server.version}: {server.url} (gRPC {grpc})")
            if settings.assets:
                _log(f"assets: {services.assets_url}")
            if DEFAULT_SERVICE in names:
                url, grpc = services.weaviate.url, f"{services.weaviate.grpc_host}:{services.weaviate.grpc_port}"
                _log(f"prove on it: pytest snippets --snippets-weaviate-url {url} --snippets-weaviate-grpc {grpc}")
            others = [name for name in names if name != DEFAULT_SERVICE and not services.server(name).others]
            if others:
                _log(f"prove on the others: set url and grpc of {listed([f'services.{name}' for name in others])}")
            _log("press Ctrl-C to stop")
            signal.pause()
        except KeyboardInterrupt:
            _log("stopping")
        finally:
            services.stop()
    return 0


def _log(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
