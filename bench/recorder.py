"""What the recorder adds to a request: ``python bench/recorder.py [--rounds N]``; needs the embedded server.

Each round sends the same query directly and through the recorder, one after the other, by GraphQL over REST and by
gRPC, on connections that stay open. Prints a table of medians.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import grpc

from snipproof.config import load_settings
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.gallery import Gallery
from snipproof.services.recorder.pass_through import Recorder
from snipproof.services.recorder.protobuf_messages import find_method
from snipproof.services.startup import Services
from snipproof.services.weaviate.server import WeaviateAddress

GALLERY = Path(__file__).parent.parent / "snippets" / "gallery"
SEARCH = "/weaviate.v1.Weaviate/Search"


def log(line: str) -> None:
    """Write progress to standard error: standard output is for the table."""
    sys.stderr.write(f"{line}\n")


def graphql(address: WeaviateAddress) -> Callable[[], object]:
    """Return a function that sends a GraphQL query, over one connection."""
    connection = http.client.HTTPConnection(address.host, address.port)
    body = json.dumps({"query": "{Get{Photo(limit:3){title _additional{id vector}}}}"})

    def send() -> bytes:
        connection.request("POST", "/v1/graphql", body, {"Content-Type": "application/json"})
        return connection.getresponse().read()

    assert b"Chelsea" in send()
    return send


def search(address: WeaviateAddress) -> Callable[[], object]:
    """Return a function that sends the same query by gRPC, over one channel."""
    method = find_method(SEARCH)
    assert method
    metadata = {"uuid": True, "vector": True}
    request = method.request(
        collection="Photo", limit=3, metadata=metadata, properties={"non_ref_properties": ["title"]}, uses_127_api=True
    )
    body = request.SerializeToString()
    channel = grpc.insecure_channel(f"{address.grpc_host}:{address.grpc_port}", [("grpc.enable_http_proxy", 0)])
    call = channel.unary_unary(SEARCH)
    assert b"Chelsea" in call(body)
    return lambda: call(body)


def measure(direct: Callable[[], object], through: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Return three medians in milliseconds: direct, through the recorder, and of the differences of the pairs."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 20):
        for send, found in zip((direct, through), times, strict=True):
            begin = time.perf_counter()
            send()
            if number >= 20:  # the first ones warm up
                found.append((time.perf_counter() - begin) * 1000)
    added = [after - before for before, after in zip(*times, strict=True)]
    return statistics.median(times[0]), statistics.median(times[1]), statistics.median(added)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, SessionFolder.begin() as session:
        settings = load_settings(Path(folder), overrides={"weaviate.mode": "embedded"})
        services = Services.start(settings, session, log)
        recorder = Recorder()
        try:
            real = services.weaviate
            Gallery(GALLERY).fill(real)
            recorder.forward_to(real)
            recorder.record(Path(folder) / "events")
            print("| request | directly, ms | through the recorder, ms | added, ms |\n| --- | --- | --- | --- |")
            for name, client in (("GraphQL over REST", graphql), ("gRPC Search", search)):
                found = measure(client(real), client(recorder.address(real)), rounds)
                print(f"| {name} | " + " | ".join(f"{value:.2f}" for value in found) + " |")
        finally:
            recorder.stop()
            services.stop()


if __name__ == "__main__":
    main()
