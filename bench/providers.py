"""What a vector of the stand-in for providers costs: ``python -m bench.providers [--rounds N]``; needs a namespace.

Each round sends texts that are new to OpenAI's embedding path in the documented network, over TLS on a connection that
stays open, then sends them again. Prints medians in milliseconds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.network.documented import HTTPS, PROVIDERS_ADDRESS, DocumentedNetwork
from snipproof.services.network.routes import Routes
from snipproof.services.providers.provider_hosts import Providers
from snipproof.services.providers.recording_file import Recorded, Sent, write_recordings
from snipproof.services.providers.sentence_model import SentenceModel

HOST, PATH = "api.openai.com", "/v1/embeddings"


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes."""
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def text(number: int) -> str:
    """Return a short text that is like no other."""
    return f"Steam locomotive number {number} ran from one town to the next in {1804 + number}"


class Client(http.client.HTTPConnection):
    """A connection in the network, with TLS."""

    def __init__(self, network: DocumentedNetwork) -> None:
        super().__init__(HOST)
        connection = network.namespace.connect(HTTPS, PROVIDERS_ADDRESS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context = ssl.create_default_context(cafile=network.authority.bundle)
        self.sock: socket.socket = context.wrap_socket(connection, server_hostname=HOST)

    def embed(self, some: str) -> bytes:
        """Send one text; return the response."""
        self.request("POST", PATH, json.dumps({"input": [some]}), {"Content-Type": "application/json"})
        return self.getresponse().read()


def measure(rounds: int, folder: Path) -> list[tuple[str, float, float]]:
    """Return for each way to get a vector how long the first and the second time take."""
    model = SentenceModel(folder / "alone.sqlite")
    load = milliseconds(lambda: model.embed(["load"]))
    first = [milliseconds(lambda n=n: model.embed([text(n)])) for n in range(rounds)]  # type: ignore[misc]
    again = [milliseconds(lambda n=n: model.embed([text(n)])) for n in range(rounds)]  # type: ignore[misc]
    long = " ".join(map(text, range(20)))
    rows = [
        ("the model, with loading it", load, 0.0),
        ("the model, a short text", statistics.median(first), statistics.median(again)),
        ("the model, 280 words", milliseconds(lambda: model.embed([long])), milliseconds(lambda: model.embed([long]))),
    ]
    model.close()
    model = SentenceModel(folder / "alone.sqlite")
    kept = [milliseconds(lambda n=n: model.embed([text(n)])) for n in range(rounds)]  # type: ignore[misc]
    rows.append(("a short text, in the next session", statistics.median(kept), statistics.median(again)))
    model.close()
    with SessionFolder.begin(folder / "sessions") as session:
        network = DocumentedNetwork.start(session, Routes({}))
        providers = Providers.start(Settings(cache_dir=str(folder), providers={"default": "stand-in"}), network)
        client = Client(network)
        client.embed("load")
        sent = [milliseconds(lambda n=n: client.embed(text(n))) for n in range(rounds)]  # type: ignore[misc]
        repeated = [milliseconds(lambda n=n: client.embed(text(n))) for n in range(rounds)]  # type: ignore[misc]
        rows.append(("a request, 1,536 numbers", statistics.median(sent), statistics.median(repeated)))
        client.close()
        providers.stop()
        rows.append(("a recorded request", *measure_replay(network, rounds, folder)))
        network.stop()
    return rows


def measure_replay(network: DocumentedNetwork, rounds: int, folder: Path) -> tuple[float, float]:
    """Return how long the first and the second answers from a file of recordings take."""
    numbers = [each / 2048 for each in range(1536)]
    body = {"data": [{"index": 0, "embedding": numbers}]}
    recorded = [Recorded(Sent("POST", PATH, {"input": [text(n)]}), 200, body, "2026-11-29") for n in range(rounds)]
    write_recordings(folder / "recordings" / "bench" / f"{HOST}.jsonl", "bench", recorded, {})
    settings = Settings(root=folder, cache_dir=str(folder), providers={HOST: "replay"})
    providers = Providers.start(settings, network)
    providers.begin(Suite("bench/suite.yaml", "bench", "python", ()))
    client = Client(network)
    first, again = ([milliseconds(lambda n=n: client.embed(text(n))) for n in range(rounds)] for _ in range(2))  # type: ignore[misc]
    client.close()
    providers.stop()
    return statistics.median(first), statistics.median(again)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(parser.parse_args().rounds, Path(folder))
    sys.stdout.write("| what | first, ms | again, ms |\n| --- | --- | --- |\n")
    for what, first, again in rows:
        sys.stdout.write(f"| {what} | {first:.2f} | {again:.2f} |\n")


if __name__ == "__main__":
    main()
