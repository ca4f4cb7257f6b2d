"""The watcher: the plugin of the open session, which waits for saved files, keys and requests."""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from snipproof.errors import InfrastructureError, SettingsError, SnipproofError
from snipproof.text import plural
from snipproof.watch.inputs import Events, Failed, FileWatch, PressedKey, Saved
from snipproof.watch.keys import Keys
from snipproof.watch.loop import OpenSession, open_session, running
from snipproof.watch.remote import Remote
from snipproof.watch.request_socket import Server
from snipproof.watch.watched_tree import WatchedTree
from snipproof.watch.work import Restart, Work, announce

if TYPE_CHECKING:
    from snipproof.watch.screen import Screen

_IDLE = 5.0  # seconds between two looks at the servers and the folder


class Watcher:
    """The plugin of the open session.

    :param chosen: the paths that narrow what is watched, relative to the root.
    :param earlier: what an earlier session handed over.
    :param has_keys: whether the user can press keys.
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
        self._files = FileWatch(events)
        self._session: OpenSession | None = None

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
        if self._session:
            self._session.collected(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note an Outcome."""
        if self._session:
            self._session.reported(report)

    def _watch(self, session: OpenSession) -> None:
        session.proving.log.write = self._screen.line
        session.read()
        session.settle()
        tree = WatchedTree(session, self._chosen)
        paths = tree.sources()
        if not paths:
            raise SettingsError(f"nothing to watch: no Source at {', '.join(self._chosen) or 'all'}")
        work = Work(session, tree, self._screen, self._events, self._earlier, has_keys=self._has_keys)
        remote = Remote(work)
        place = _Place(session.root)
        self._files.look_at(tree.folders())
        try:
            with running(session, paths):
                server = self._listen(session, remote)
                try:
                    self._begin(work, paths)
                    keys = Keys(work)
                    while work.restart is None and self._handle_next(work, keys, remote, place):
                        pass
                finally:
                    work.state = "ending"
                    self.restart = work.restart
                    if server:
                        server.stop()
        finally:
            self._files.stop()

    def _begin(self, work: Work, paths: Sequence[str]) -> None:
        site = work.session.site
        keys = "; h for help" if self._has_keys else ""
        shown = f"{plural(len(paths), 'Source')} and {plural(len(site.pages) if site else 0, 'page')}"
        work.check()
        work.state = "idle"
        self._screen.line(f"snipproof: watching {shown}{keys}", "bold")
        if self._earlier and self._earlier.sources:
            work.run([path for path in self._earlier.sources if path in paths])
        elif self._chosen and not self._earlier:
            work.run(paths)

    def _listen(self, session: OpenSession, remote: Remote) -> Server | None:
        try:
            return Server(session.proving.prover.session.folder, session.root, remote.receive)
        except OSError as error:
            self._screen.line(f"snipproof: other programs cannot reach this watcher: {error}", "yellow")
            return None

    def _handle_next(self, work: Work, keys: Keys, remote: Remote, place: _Place) -> bool:
        """Handle the next event; return whether to go on."""
        event = self._events.next(_IDLE)
        if event is None or isinstance(event, Failed):
            place.require()
            if event:
                raise InfrastructureError(event.reason)
            work.check_servers()
            return True
        if isinstance(event, PressedKey):
            return keys.press(event.character)
        if isinstance(event, Saved):
            place.require()
            self._saved(work, event.paths | self._events.more_saved())
        else:
            remote.serve(event)
        return True

    def _saved(self, work: Work, paths: Collection[Path]) -> None:
        """Check the files that were saved, and run what they concern."""
        tree = work.tree
        changed = {path for path in tree.relative(paths) if not work.was_run(path)}
        if reasons := tree.restart_reasons(changed):
            work.begin_again(f"{reasons[0]} has changed", work.last)
            return
        known = tree.files()
        if not changed or not work.read():
            return
        while self._files.look_at(tree.folders()):
            if not work.read():  # a file may have been written in a new folder before that was watched
                return
        changed |= tree.files() - known  # a new folder is the only thing that is reported of what is in it
        known |= tree.files()
        concerned = tree.concerned({path for path in changed if path in known or tree.is_beside_sources(path)})
        shown = sorted(changed & known)
        if not shown and not concerned:
            return
        announce(self._screen, "", shown or sorted(changed))
        work.check_saved(changed)
        if concerned:
            work.run(concerned)
        if work.restart is None:
            work.check()


class MovedError(InfrastructureError):
    """The docs tree is not where it was."""

    def __init__(self, root: Path) -> None:
        super().__init__(f"the docs tree {root} was moved or deleted", "start the watcher again where it is now")


class _Place:
    """The folder of the docs tree, which must stay where it is."""

    def __init__(self, root: Path) -> None:
        self._root = root
        found = root.stat()
        self._identity = found.st_dev, found.st_ino

    def require(self) -> None:
        """Require that the docs tree is where it was.

        :raises MovedError: it is not.
        """
        try:
            found = self._root.stat()
            same = (found.st_dev, found.st_ino) == self._identity
        except OSError:
            same = False
        if not same:
            raise MovedError(self._root)
