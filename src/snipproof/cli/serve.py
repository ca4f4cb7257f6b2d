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
    :raises SettingsError: the extra ``weaviate`` is not installed.
    """
    import signal

    from snipproof.config import load_settings

    settings = load_settings(arguments.root, file=arguments.config)
    try:
        from snipproof.processes.session_folder import SessionFolder
        from snipproof.services.startup import Services
    except ModuleNotFoundError as error:
        raise extra_required("serve", error) from None
    interrupt_on(signal.SIGINT, signal.SIGTERM)
    with SessionFolder.begin() as session:
        services = Services.start(settings, session, _log, settings.root / settings.assets if settings.assets else None)
        try:
            weaviate = services.weaviate
            grpc = f"{weaviate.grpc_host}:{weaviate.grpc_port}"
            _log(f"Weaviate {weaviate.version}: {weaviate.url} (gRPC {grpc})")
            if settings.assets:
                _log(f"assets: {services.assets_url}")
            _log(f"prove on it: pytest snippets --snippets-weaviate-url {weaviate.url} --snippets-weaviate-grpc {grpc}")
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
