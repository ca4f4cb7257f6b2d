"""The watcher: waits for saved files, keys and requests, and runs what they concern in the open session."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from snipproof.errors import InfrastructureError, SettingsError, SnipproofError
from snipproof.lint.engine import find_new
from snipproof.text import plural
from snipproof.watch.events import Events, Failed, FileWatch, Key, Request, Saved
from snipproof.watch.loop import OpenSession, now, open_session, running, sick_server
from snipproof.watch.results import RunResults, SnippetResult
from snipproof.watch.screen import HELP, Screen
from snipproof.watch.selection import concerned_sources, needs_restart, watched_sources
from snipproof.watch.server import Client, Server
from snipproof.watch.updating import review_on, update

_IDLE = 5.0  # seconds between two looks at the servers and the folder
_LIVE = 5.0  # seconds in which a server has to answer that is not frozen
_MAX_FINDINGS = 20


@dataclass(slots=True)
class Restart:
    """What a session hands over to the one that takes its place.

    :param reason: why, for the user.
    :param sources: the Sources to run at once; empty for none.
    :param again: whether these are run again, after a server ended meanwhile.
    """

    reason: str
    sources: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    pattern: str = ""
    again: bool = False


class Watcher:
    """The plugin of the open session.

    :param chosen: the paths that narrow what is watched, relative to the root.
    :param earlier: what an earlier session handed over.
    """

    def __init__(
        self,
        chosen: Collection[str],
        screen: Screen,
        events: Events,
        earlier: Restart | None,
        *,
        has_keys: bool,
    ) -> None:
        #: Why the session has to be replaced by a new one, after it has ended.
        self.restart: Restart | None = None
        #: Why the watcher ended by itself.
        self.error: SnipproofError | None = None
        #: Whether the session began.
        self.began = False
        self._chosen = chosen
        self._screen = screen
        self._events = events
        self._earlier = earlier
        self._has_keys = has_keys
        self._pattern = earlier.pattern if earlier else ""
        self._failed = set(earlier.failed) if earlier else set()
        self._last: list[str] = []  # Sources
        self._results = RunResults()
        self._state = "starting"
        self._files = FileWatch(events)

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, object, object]:
        """Let pytest-xdist distribute nothing, whatever the settings of pytest are."""
        if hasattr(config.option, "numprocesses"):
            config.option.numprocesses = 0
        return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the place of pytest's own output, and never stop at a failure."""
        config.option.maxfail = 0
        if config.pluginmanager.has_plugin("terminalreporter"):
            config.pluginmanager.unregister(name="terminalreporter")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> bool:
        """Collect nothing before something has to run."""
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Watch until the user ends it."""
        self.began = True
        try:
            self._session = open_session(session)
            self._watch(self._session)
        except SnipproofError as error:
            self.error = error
        except KeyboardInterrupt:
            pass  # the usual end
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a Source that cannot be collected."""
        self._session.collected(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note an Outcome."""
        self._session.reported(report)

    def _watch(self, session: OpenSession) -> None:
        settings = session.proving.settings
        session.proving.write = self._screen.line
        session.read()
        paths = self._watched()
        if not paths:
            raise SettingsError(f"nothing to watch: no Source at {', '.join(self._chosen) or 'all'}")
        self._place = os.stat(settings.root)
        self._files.look_at(self._folders())
        try:
            with running(session, paths):
                server = self._listen(session.proving.prover.session.folder)
                try:
                    self._begin(paths)
                    while self.restart is None and self._handle_next():
                        pass
                finally:
                    self._state = "ending"
                    if server:
                        server.stop()
        finally:
            self._files.stop()

    def _begin(self, paths: Sequence[str]) -> None:
        pages = len(self._session.site.pages) if self._session.site else 0
        keys = "; h for help" if self._has_keys else ""
        shown = f"{plural(len(paths), 'Source')} and {plural(pages, 'page')}"
        self._screen.line(f"snipproof: watching {shown}{keys}", "bold")
        self._state = "idle"
        if self._earlier and self._earlier.sources:
            self._run([path for path in self._earlier.sources if path in paths])
        elif self._chosen and not self._earlier:
            self._run(paths)

    def _listen(self, folder: Path) -> Server | None:
        try:
            return Server(folder, self._session.root, self._handle_request)
        except OSError as error:
            self._screen.line(f"snipproof: other programs cannot reach this watcher: {error}", "yellow")
            return None

    def _watched(self) -> list[str]:
        site = self._session.site
        if site is None:  # there are no Pages: only the Sources of the Suites
            every = [path for suite in self._session.suites for path in suite.sources]
            return [
                path
                for path in every
                if not self._chosen or any(path == each or path.startswith(f"{each}/") for each in self._chosen)
            ]
        return watched_sources(self._chosen, site, self._session.suites)

    def _folders(self) -> set[Path]:
        """Return the folders of all files that count."""
        session, root = self._session, self._session.root
        home = session.proving.settings.home
        names = {path for suite in session.suites for path in (suite.path, *suite.sources)}
        names |= {file for suite in session.suites for _, files in suite.seed for file in files}
        names |= {origin for suite in session.suites for _, origin in suite.files}
        if session.site:
            names |= session.site.dependencies.paths | session.site.sources.keys()
        folders = {home, root}
        for name in names:
            place = root / name
            if place.is_dir():
                folders.add(place)
            while place != root and root in place.parents:  # a conftest.py may stand in each of them
                place = place.parent
                folders.add(place)
        return folders

    # Events

    def _handle_next(self) -> bool:
        """Handle the next event; return whether to go on."""
        event = self._events.next(_IDLE)
        if event is None or isinstance(event, Failed):
            self._check_place(event.reason if event else "")
            self._check_servers([])
        elif isinstance(event, Key):
            return self._press(event.character)
        elif isinstance(event, Saved):
            self._saved(event.paths | self._events.more_saved())
        else:
            self._serve(event)
        return True

    def _check_place(self, reason: str = "") -> None:
        """Require that the docs tree is where it was.

        :raises InfrastructureError: it is not, or it cannot be watched any more for another ``reason``.
        """
        root = self._session.root
        try:
            found = os.stat(root)
            same = (found.st_dev, found.st_ino) == (self._place.st_dev, self._place.st_ino)
        except OSError:
            same = False
        if not same:
            hint = "start the watcher again where it is now"
            raise InfrastructureError(f"the docs tree {root} was moved or deleted", hint)
        if reason:
            raise InfrastructureError(reason)

    def _check_servers(self, sources: Sequence[str]) -> bool:
        """Return whether all servers answer; otherwise begin again, with ``sources``."""
        reason = sick_server(self._session.proving, _LIVE)
        if reason:
            self._restart(reason, sources)
        return not reason

    def _restart(self, reason: str, sources: Sequence[str], *, again: bool = False) -> None:
        self.restart = Restart(reason, list(sources), sorted(self._failed), self._pattern, again)
        self._screen.line(f"snipproof: the session begins again: {reason}", "yellow")

    def _saved(self, paths: Iterable[Path]) -> None:
        root = self._session.root
        changed = {path.relative_to(root).as_posix() for path in paths if path.is_relative_to(root)}
        home = self._session.proving.settings.home
        changed |= {os.path.relpath(path, root) for path in paths if path.parent == home}
        if not changed:
            return
        self._check_place()
        modules = _modules_below(root)
        if reasons := sorted(path for path in changed if needs_restart(path, self._session.suites, modules)):
            self._restart(f"{reasons[0]} has changed", self._last)
            return
        known = set(self._files_read())
        if not self._read():
            return
        relevant = {path for path in changed if path in known or path in self._files_read()}
        relevant |= {path for path in changed if any(path.startswith(f"{_folder(s.path)}/") for s in self._suites)}
        if not relevant:
            return
        self._files.look_at(self._folders())
        concerned = self._concerned(relevant)
        shown = sorted(relevant & known) or sorted(relevant)
        if not concerned and not (relevant & (known | self._files_read())):
            return
        self._screen.line()
        self._screen.line(f"{now()} {', '.join(shown[:3])}{' …' if len(shown) > 3 else ''}", "bold")
        self._check(relevant)
        if concerned:
            self._run(concerned)

    @property
    def _suites(self) -> Sequence[Any]:
        return self._session.suites

    def _files_read(self) -> set[str]:
        found = {path for suite in self._suites for path in (suite.path, *suite.sources)}
        if site := self._session.site:
            found |= {page.path for page in site.pages} | site.sources.keys()
        return found

    def _concerned(self, changed: Collection[str]) -> list[str]:
        watched = set(self._watched())
        if site := self._session.site:
            return [path for path in concerned_sources(changed, site, self._suites) if path in watched]
        return [path for path in sorted(changed) if path in watched]

    def _read(self) -> bool:
        try:
            self._session.read()
        except SnipproofError as error:
            self._screen.line(f"snipproof: {error}", "red")
            return False
        return True

    def _check(self, changed: Collection[str]) -> None:
        """Report what ``check`` finds in the changed files, and how much elsewhere."""
        if self._session.site is None:
            return
        try:
            findings = find_new(self._session.site)
        except SnipproofError as error:
            self._screen.line(f"check: {error}", "red")
            return
        here = [each for each in findings if each.path in changed]
        for each in here[:_MAX_FINDINGS]:
            self._screen.line(f"{each}{f'{chr(10)}  hint: {each.hint}' if each.hint else ''}", "yellow")
        others = len(findings) - len(here[:_MAX_FINDINGS])
        more = f"{plural(others, 'finding')} in other files" if here else plural(others, "finding")
        self._screen.line(f"check: {'clean' if not findings else more if others else plural(len(here), 'finding')}")

    # Runs

    def _run(
        self,
        paths: Sequence[str],
        snippets: Collection[str] = (),
        listener: Callable[[SnippetResult], None] | None = None,
    ) -> RunResults:
        """Run Sources and report the Outcomes.

        :param snippets: the ids of the Snippets to run, all of those that the filter selects if empty.
        :param listener: called with each Outcome.
        """
        self._results = RunResults()
        if not self._check_servers(paths):
            return self._results
        self._state, self._last = "running", list(paths)
        began = time.monotonic()

        def wanted(name: str) -> bool:
            return name in snippets if snippets else self._pattern in name

        def report(result: SnippetResult) -> None:
            if result.failed:
                self._screen.line(f"{result.outcome.upper()} {result.snippet}", "red")
                self._screen.line(result.message)
            if listener:
                listener(result)

        results = self._session.run(paths, wanted, report)
        self._results, self._state = results, "idle"
        for error in results.errors:
            self._screen.line(error, "red")
        self._failed -= results.snippets.keys()
        self._failed |= {each.snippet for each in results.failed}
        infrastructure = any(each.is_infrastructure for each in results.failed)
        again = self._earlier is not None and self._earlier.again
        if infrastructure and (reason := sick_server(self._session.proving, _LIVE)):
            self._restart(reason, [] if again else paths, again=True)
            return results
        for path in self._session.outdated():
            self._screen.line(f"{path}: outdated: it was saved while it ran", "yellow")
        hint = "; u updates it" if self._has_keys and any(_can_update(results)) else ""
        text = f"{results.summary()} in {time.monotonic() - began:.1f} s{hint}"
        self._screen.line(text, "red" if results.failed or results.errors else "green")
        return results

    def _press(self, key: str) -> bool:
        if key in ("q", "\x04"):
            return False
        if key in ("h", "?"):
            self._screen.line(HELP)
        elif key == "p":
            self._pattern = self._prompt("text in the id of a Snippet, empty for all: ").strip()
            self._screen.line(f"filter: {self._pattern or 'none'}")
        elif key in ("\r", "\n", "a", "f") and self._read():
            sources = list(self._watched())
            if key == "f":
                sources = [path for path in sources if any(name.startswith(f"{path}::") for name in self._failed)]
            elif key != "a":
                sources = [path for path in sources if path in self._last]
            self._run(sources, sorted(self._failed) if key == "f" else ())
        elif key == "u":
            self._update_reviewed()
        return True

    def _update_reviewed(self) -> None:
        proving = self._session.proving
        items = list(self._results.items.values())
        written, refused = update(proving, items, review_on(proving, self._screen.write, self._prompt))
        self._report_update(written, refused)

    def _report_update(self, written: Sequence[str], refused: Sequence[str]) -> None:
        for text in refused:
            self._screen.line(text, "yellow")
        self._screen.line(f"updated: {', '.join(written)}" if written else "nothing was updated")

    def _prompt(self, question: str) -> str:
        """Return the line that the user writes."""
        self._screen.write(question)
        answer = ""
        while True:
            key = self._events.next_key()
            if key in ("\r", "\n", "\x04"):
                self._screen.write("\n")
                return answer + "\n" if key != "\x04" else ""
            if key in ("\x7f", "\b"):
                if answer:
                    answer = answer[:-1]
                    self._screen.write("\b \b")
            elif key.isprintable():
                answer += key
                self._screen.write(key)

    # Requests of other programs

    def _handle_request(self, client: Client, message: dict[str, Any]) -> None:
        """Handle a request, in a thread of its connection: only the session's own thread runs anything."""
        if message.get("request") == "status":
            client.send({"event": "status", "state": self._state, "pid": os.getpid(), "root": str(self._session.root)})
            client.finish(0, 0, [])
        else:
            self._events.put(Request(client, message))

    def _serve(self, request: Request) -> None:
        client, message = request.client, request.message
        kind, names = message.get("request"), message.get("snippets")
        if kind not in ("run", "update"):
            client.fail(f"unknown request {kind!r}")
            return
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            client.fail("the request requires a list of ids as `snippets`")
            return
        if not self._read():
            client.fail("a Suite is wrong: see the output of the watcher")
            return
        known = {path for suite in self._suites for path in suite.sources}
        paths = list(dict.fromkeys(each.partition("::")[0] for each in names))
        if unknown := [path for path in paths if path not in known] or ([] if names else ["no Snippet"]):
            client.fail(f"not a Source of a Suite: {', '.join(unknown)}")
            return

        def report(result: SnippetResult) -> None:
            client.send(
                {
                    "event": "outcome",
                    "snippet": result.snippet,
                    "outcome": result.outcome,
                    "message": result.message,
                }
            )

        self._screen.line()
        self._screen.line(f"{now()} {kind}: {', '.join(paths)}", "bold")
        results = self._run(paths, names, report)
        if self.restart:
            client.fail(f"the session begins again: {self.restart.reason}")
            return
        if missing := [each for each in names if each not in results.snippets]:
            client.fail("; ".join(results.errors) or f"no such Snippet: {', '.join(missing)}")
            return
        written: list[str] = []
        if kind == "update":
            written, refused = update(self._session.proving, results.items.values())
            self._report_update(written, refused)
            if refused and not written:
                client.fail("\n".join(refused))
                return
        failed = len(results.failed)
        client.finish(sum(each.outcome == "passed" for each in results.snippets.values()), failed, written)


def _can_update(results: RunResults) -> Iterable[bool]:
    verdicts = (results.items[each.snippet].reported for each in results.failed)
    return (verdict is not None and verdict.only_differs for verdict in verdicts)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _modules_below(root: Path) -> set[str]:
    """Return the files of imported modules in the docs tree, relative to it."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return {Path(file).relative_to(root).as_posix() for file in files if file and Path(file).is_relative_to(root)}
