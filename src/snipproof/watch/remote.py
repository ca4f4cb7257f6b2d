"""What other programs request from a watcher: runs, updates, its state. The protocol is in ``processes/watcher.py``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from snipproof.watch.inputs import Requested
from snipproof.watch.lending import lend, why_not
from snipproof.watch.work import announce

if TYPE_CHECKING:
    from snipproof.watch.request_socket import Client
    from snipproof.watch.results import SnippetResult
    from snipproof.watch.work import Work


class Remote:
    """Handles requests."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def receive(self, client: Client, message: dict[str, Any]) -> None:
        """Take a request, in a thread of its connection: only the session's own thread runs anything."""
        if message.get("request") == "status":
            root = str(self._work.session.root)
            client.send({"event": "status", "state": self._work.state, "pid": os.getpid(), "root": root})
            client.finish(0, 0, [])
        elif error := self._error(message) if message.get("request") != "lend" else why_not(self._work, message):
            client.fail(error)
        else:
            self._work.events.put(Requested(client, message))

    def _error(self, message: dict[str, Any]) -> str:
        """Return what is wrong with a request, ``""`` if nothing is."""
        kind, names = message.get("request"), message.get("snippets")
        if kind not in ("run", "update"):
            return f"unknown request {kind!r}: run, update or status expected"
        if not isinstance(names, list) or not names or not all(isinstance(each, str) for each in names):
            return "the request requires a list of ids as `snippets`"
        return ""

    def serve(self, request: Requested) -> None:
        """Run what is requested, and send the Outcomes."""
        client, message, work = request.client, request.message, self._work
        if message["request"] == "lend":
            lend(work, client, message["services"])
            return
        kind, names = message["request"], message["snippets"]
        if not work.read():
            client.fail(f"the session begins again: {work.restart.reason}" if work.restart else "a Suite is wrong")
            return
        known = {path for suite in work.session.suites for path in suite.sources}
        paths = list(dict.fromkeys(each.partition("::")[0] for each in names))
        if unknown := [path for path in paths if path not in known]:
            client.fail(f"not a Source of a Suite: {', '.join(unknown)}")
            return
        announce(work.screen, f"{kind}: ", paths)
        results = work.run(paths, names, lambda result: _send(client, result))
        if work.restart:
            client.fail(f"the session begins again: {work.restart.reason}")
            return
        if missing := [each for each in names if each not in results.snippets]:
            client.fail("; ".join(results.errors) or f"no such Snippet: {', '.join(missing)}")
            return
        written: list[str] = []
        if kind == "update":
            written, refused = work.update()
            if refused and not written:
                client.fail("\n".join(refused))
                return
        passed = sum(each.outcome == "passed" for each in results.snippets.values())
        client.finish(passed, len(results.failed), written)


def _send(client: Client, result: SnippetResult) -> None:
    client.send({"event": "outcome", "snippet": result.snippet, "outcome": result.outcome, "message": result.message})
