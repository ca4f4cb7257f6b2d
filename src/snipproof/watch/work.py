"""The work of a watcher: it reads the tree, checks what changed and runs what that concerns, and reports it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from snipproof.errors import SnipproofError
from snipproof.lint.engine import find_new
from snipproof.model import Finding
from snipproof.text import plural
from snipproof.watch.inputs import Events
from snipproof.watch.loop import OpenSession, now
from snipproof.watch.results import RunResults, SnippetResult
from snipproof.watch.screen import Screen
from snipproof.watch.sick import renewals, sick_server
from snipproof.watch.updating import Review, update
from snipproof.watch.watched_tree import WatchedTree

_LIVE = 5.0  # seconds in which a server has to answer that is not frozen
_MAX_FINDINGS = 20
_MAX_ROUNDS = 5  # runs of a Source that is saved while it is run


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


class Work:
    """What a watcher does in its open session, always in the session's own thread.

    :param earlier: what an earlier session handed over.
    :param has_keys: whether the user can press keys.
    """

    def __init__(
        self,
        session: OpenSession,
        tree: WatchedTree,
        screen: Screen,
        events: Events,
        earlier: Restart | None,
        *,
        has_keys: bool,
    ) -> None:
        self.session = session
        self.tree = tree
        self.screen = screen
        self.events = events
        #: Why the session has to be replaced by a new one.
        self.restart: Restart | None = None
        #: ``starting``, ``idle``, ``running``, ``lent`` or ``ending``.
        self.state = "starting"
        #: What the id of a Snippet has to contain to be run.
        self.pattern = earlier.pattern if earlier else ""
        #: The ids of the Snippets that failed when they ran last.
        self.failed = set(earlier.failed) if earlier else set()
        #: The Sources that ran last.
        self.last: list[str] = []
        self.results = RunResults()
        self._was_again = earlier is not None and earlier.again
        self._has_keys = has_keys
        self._times: dict[str, int] = {}
        self._known: set[tuple[str, str, str]] | None = None
        self._shown: list[Finding] = []  # since the last check of the whole tree

    def read(self) -> bool:
        """Read the tree; return whether that was possible."""
        try:
            self.session.read()
        except SnipproofError as error:
            self.screen.line(f"snipproof: {error}", "red")
            return False
        if reason := self.session.outgrown():
            self.begin_again(reason, self.last)
            return False
        return True

    def begin_again(self, reason: str, sources: Iterable[str], *, again: bool = False) -> None:
        """Let a new session take the place of this one, and run ``sources``."""
        self.restart = Restart(reason, list(sources), sorted(self.failed), self.pattern, again)
        self.screen.line(f"snipproof: the session begins again: {reason}", "yellow")

    def check_servers(self, sources: Iterable[str] = ()) -> bool:
        """Return whether all servers answer; otherwise begin again, with ``sources``."""
        reason = sick_server(self.session.proving, _LIVE)
        if reason:
            self.begin_again(reason, sources)
        return not reason

    def check_saved(self, changed: Collection[str]) -> None:
        """Report what ``check`` finds in the changed files. This is quick, whatever the size of the tree."""
        if self.session.site is None:
            return
        with contextlib.suppress(SnipproofError):  # `check` reports it
            self._show(find_new(self.session.site, only=changed))

    def check(self) -> None:
        """Report what is new in the whole tree, beside what is shown already, and how much else ``check`` finds."""
        if self.session.site is None:
            return
        try:
            findings = find_new(self.session.site)
        except SnipproofError as error:
            self.screen.line(f"check: {error}", "red")
            return
        known, self._known = self._known, {(each.path, each.rule, each.message) for each in findings}
        if known is not None:
            self._show(each for each in findings if (each.path, each.rule, each.message) not in known)
        shown, self._shown = self._shown, []
        others = sum(each not in shown for each in findings)
        count = plural(len(findings), "finding") if findings else "clean"
        self.screen.line(f"check: {count}{f', {others} of them not shown here' if shown and others else ''}")

    def _show(self, findings: Iterable[Finding]) -> None:
        """Report those of the ``findings`` that are not shown yet."""
        for each in [each for each in findings if each not in self._shown][: _MAX_FINDINGS - len(self._shown)]:
            self._shown.append(each)
            self.screen.line(f"{each}{f'{chr(10)}  hint: {each.hint}' if each.hint else ''}", "yellow")

    def was_run(self, path: str) -> bool:
        """Return whether a saved Source was run as it is now: it was saved while it ran, and then ran again."""
        return path in self._times and self._times[path] == self._time(path)

    def run(
        self,
        paths: Sequence[str],
        snippets: Collection[str] = (),
        listener: Callable[[SnippetResult], None] = lambda _: None,
    ) -> RunResults:
        """Run Sources, which were read, and report the Outcomes.

        A Source that is saved meanwhile is read and run again: no Outcome of its old text is returned.

        :param snippets: the ids of the Snippets to run, all of those that the filter selects if empty.
        :param listener: called with each Outcome.
        """
        self.results = RunResults()
        if not self.check_servers(paths):
            return self.results
        self.state, self.last = "running", list(paths)
        try:
            with self.events.interruptible():
                return self._run(paths, snippets, listener)
        finally:
            self.state = "idle"

    def _run(
        self, paths: Sequence[str], snippets: Collection[str], listener: Callable[[SnippetResult], None]
    ) -> RunResults:
        began, renewed = time.monotonic(), renewals(self.session.proving)

        def wanted(name: str) -> bool:
            return name in snippets if snippets else self.pattern in name

        def report(result: SnippetResult) -> None:
            source = self.session.sources.get(result.snippet.partition("::")[0])
            if source is not None and self.session.is_outdated(source):
                return
            if result.failed:
                self.screen.line(f"{result.outcome.upper()} {result.snippet}", "red")
                self.screen.line(result.message)
            listener(result)

        results = self.session.run(paths, wanted, report)
        if any(each.is_infrastructure for each in results.failed):
            if reason := sick_server(self.session.proving, _LIVE):
                self.begin_again(reason, [] if self._was_again else paths, again=True)
                return results
            if renewals(self.session.proving) != renewed:
                self.screen.line("a server was replaced by a fresh one meanwhile: running again", "yellow")
                results = self.session.run(paths, wanted, report)
        results = self._run_outdated(results, wanted, report)
        self.results = results
        self._report(results, time.monotonic() - began)
        return results

    def _run_outdated(
        self, results: RunResults, wanted: Callable[[str], bool], listener: Callable[[SnippetResult], None]
    ) -> RunResults:
        """Run again what was saved while it ran, and return all that still holds."""
        for _ in range(_MAX_ROUNDS):
            outdated = [each.path for each in results.sources() if self.session.is_outdated(each)]
            if not outdated:
                return results
            self.screen.line(f"{', '.join(outdated)}: saved while it ran: running again", "yellow")
            times = {path: self._time(path) for path in outdated}
            results = results.without(outdated)
            if not self.read():
                return results
            known = set(self.tree.sources())
            results = results.joined(self.session.run([each for each in outdated if each in known], wanted, listener))
            self._times |= times
        return results.without([each.path for each in results.sources() if self.session.is_outdated(each)])

    def _report(self, results: RunResults, seconds: float) -> None:
        for error in results.errors:
            self.screen.line(error, "red")
        self.failed -= results.snippets.keys()
        self.failed |= {each.snippet for each in results.failed}
        hint = "; u updates it" if self._has_keys and any(map(results.can_update, results.failed)) else ""
        text = f"{results.summary()} in {seconds:.1f} s{hint}"
        self.screen.line(text, "red" if results.failed or results.errors else "green")

    def update(self, review: Review = list) -> tuple[list[str], list[str]]:
        """Update what ran last and differs, and report it.

        :param review: returns those of the Proposals that are written.
        :return: the paths that were written, and why other Expectations were not.
        """
        written, refused = update(self.session.proving, self.results.items.values(), review)
        for text in refused:
            self.screen.line(text, "yellow")
        self.screen.line(f"updated: {', '.join(written)}" if written else "nothing was updated")
        return written, refused

    def _time(self, path: str) -> int:
        try:
            return (self.session.root / path).stat().st_mtime_ns
        except OSError:
            return 0


def announce(screen: Screen, title: str, paths: Sequence[str]) -> None:
    """Write the line before a run: the time of day, and what it is about."""
    screen.line()
    screen.line(f"{now()} {title}{', '.join(paths[:3])}{' …' if len(paths) > 3 else ''}", "bold")
