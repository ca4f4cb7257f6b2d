"""``snipproof serve``: the Services alone, to try snippets by hand or to prove them on a warm server."""

from __future__ import annotations

import signal
import sys

from snipproof.config import Settings
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.startup import Services


def serve(settings: Settings) -> int:
    """Start the Services, print their addresses and wait for Ctrl-C or SIGTERM; returns the exit code.

    :raises InfrastructureError: a Service did not start.
    """

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with SessionFolder.begin() as run:
        services = Services.start(settings, run, say, settings.root / settings.assets if settings.assets else None)
        try:
            weaviate = services.weaviate
            grpc = f"{weaviate.grpc_host}:{weaviate.grpc_port}"
            say(f"Weaviate {weaviate.version}: {weaviate.url} (gRPC {grpc})")
            if settings.assets:
                say(f"assets: {services.assets_url}")
            say(f"prove on it: pytest snippets --snippets-weaviate-url {weaviate.url} --snippets-weaviate-grpc {grpc}")
            say("Ctrl-C stops")
            signal.pause()
        except KeyboardInterrupt:
            say("stopping")
        finally:
            services.stop()
    return 0
