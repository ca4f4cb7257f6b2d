"""Measures ``snipproof server`` on a real site: its start, its memory, and a keystroke until its diagnostics.

``python -m bench.language_server CHECKOUT [--config FILE] [--runs 5]``. The client is as small as possible, so that
its own time does not count: it sends messages, and reads until the one it waits for has come. CPU time is that of the
server, and about the same on a busy machine. Python's bytecode is in its cache, as after a first start.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

_METHODS: dict[str, dict[str, Any]] = {
    "completion": {},
    "hover": {},
    "definition": {},
    "references": {"context": {"includeDeclaration": True}},
    "rename": {"newName": "a name that nothing has"},
}
_PAUSE = 0.1  # how long the server waits for another keystroke


class Client:
    """One session with a server."""

    def __init__(self, root: Path, arguments: list[str]) -> None:
        command = [sys.executable, "-m", "snipproof", "server", *arguments]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.root = root
        self._number = 10

    def send(self, method: str, params: Any, number: int | None = None) -> None:
        """Send a request with this number, or a notification."""
        message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number else {})
        body = json.dumps(message).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> Any:
        """Return the next message."""
        assert self.process.stdout
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length))

    def wait_for_version(self, uri: str, version: int) -> list[Any]:
        """Return what is published for this version of a document."""
        while True:
            params: dict[str, Any] = self.receive().get("params") or {}
            if params.get("uri") == uri and params.get("version") == version:
                found: list[Any] = params["diagnostics"]
                return found

    def begin(self) -> None:
        """Initialize the session."""
        folder = {"uri": self.root.as_uri(), "name": "site"}
        params: dict[str, Any] = {
            "processId": None,
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "capabilities": {},
        }
        self.send("initialize", params, 1)
        while self.receive().get("id") != 1:
            pass
        self.send("initialized", {})

    def open(self, path: str, text: str) -> str:
        """Open a document and wait for what is found in it."""
        uri = (self.root / path).as_uri()
        document = {"uri": uri, "languageId": "mdx", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": document})
        self.wait_for_version(uri, 1)
        return uri

    def cpu(self) -> float:
        """Return the seconds of a core that the server has used."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9

    def type(self, uri: str, version: int, text: str) -> tuple[float, float]:
        """Replace the text and return the seconds until diagnostics, without the pause, and those of a core."""
        began, used = time.perf_counter(), self.cpu()
        document = {"uri": uri, "version": version}
        self.send("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        self.wait_for_version(uri, version)
        return time.perf_counter() - began - _PAUSE, self.cpu() - used

    def request(self, method: str, uri: str, line: int, column: int) -> tuple[float, float]:
        """Send a request about a position and return the seconds until its answer, and those of a core."""
        began, used = time.perf_counter(), self.cpu()
        self._number += 1
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
        self.send(f"textDocument/{method}", {**place, **_METHODS[method]}, self._number)
        while self.receive().get("id") != self._number:
            pass
        return time.perf_counter() - began, self.cpu() - used

    def peak(self) -> float:
        """Return the largest memory that the server has had, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6

    def end(self) -> None:
        """End the session."""
        self.send("shutdown", None, 2)
        self.send("exit", None)
        self.process.communicate(timeout=30)


def main() -> None:
    """Print the medians."""
    from snipproof.config import load_settings
    from snipproof.site.docs_site import Site

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    root = given.root.absolute()
    site = Site.load(load_settings(root, file=given.config))
    pages = sorted(site.pages, key=lambda page: -len(page.references))
    usual = [page for page in pages if page.references][len([page for page in pages if page.references]) // 2]
    sources = sorted(site.sources, key=lambda path: -len(site.sources[path].text))
    documents = {"largest page": pages[0].path, "usual page": usual.path, "largest Source": sources[0]}
    arguments = ["--root", str(root), *(["--config", str(given.config)] if given.config else [])]
    starts: list[tuple[float, float]] = []
    peaks: list[float] = []
    keystrokes: dict[str, list[tuple[float, float]]] = {name: [] for name in documents}
    requests: dict[str, list[tuple[float, float]]] = {method: [] for method in _METHODS}
    largest = (root / documents["largest page"]).read_text(encoding="utf-8").split("\n")
    marker = 'startMarker="'
    places = [(number, line.find(marker) + len(marker)) for number, line in enumerate(largest) if marker in line][::5]
    for run in range(given.runs + 1):
        began = time.perf_counter()
        client = Client(root, arguments)
        client.begin()
        texts = {name: (root / path).read_bytes().decode() for name, path in documents.items()}
        uris = {"largest page": client.open(documents["largest page"], texts["largest page"])}
        start = time.perf_counter() - began, client.cpu()
        for name, path in documents.items():
            uris[name] = uris.get(name) or client.open(path, texts[name])
        time.sleep(3)
        if run:  # the first one fills caches
            starts.append(start)
            for name, uri in uris.items():
                keystrokes[name] += [client.type(uri, each, texts[name] + "x" * each) for each in range(2, 12)]
                client.type(uri, 12, texts[name])
            for method in _METHODS:
                requests[method] += [client.request(method, uris["largest page"], *place) for place in places]
            peaks.append(client.peak())
        client.end()
    sys.stdout.write(f"start until the findings of the first page: {_times(starts)}\n")
    sys.stdout.write(f"memory: {max(peaks):.0f} MB\n")
    for name, seconds in keystrokes.items():
        sys.stdout.write(f"keystroke in the {name}, {documents[name]}: {_times(seconds)}\n")
    for method, seconds in requests.items():
        sys.stdout.write(f"{method}: {_times(seconds)}\n")


def _times(measured: list[tuple[float, float]]) -> str:
    elapsed, used = zip(*measured, strict=True)
    worst = sorted(elapsed)[int(0.95 * len(elapsed))]
    return f"{median(elapsed) * 1000:.0f} ms (95 %: {worst * 1000:.0f}, CPU: {median(used) * 1000:.0f})"


if __name__ == "__main__":
    main()
