"""One pytest session that stays open: it waits for changes and runs what they concern, with its fixtures kept.

It is a plugin of that session. Its ``pytest_runtestloop`` takes the place of pytest's own. On a change, the Sources
concerned are collected again and their items run as in any session. The item that follows the last of them is always
one below the session itself, so that pytest tears down all fixtures but those of the session.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from snipproof.errors import InfrastructureError, SnipproofError
from snipproof.lint.recheck import WatchedFiles, files_of
from snipproof.pytest_plugin.items import SnippetItem
from snipproof.pytest_plugin.plugin import begin_again, proving_of
from snipproof.site.source import read_text
from snipproof.site.suite import load_suites
from snipproof.watch.results import RunResults, SnippetResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from snipproof.model import Source, Suite
    from snipproof.pytest_plugin.session import ProvingSession
    from snipproof.site.docs_site import Site


class KeepOpen(pytest.Item):
    """Stands behind the last item of each run, so that the fixtures of the session are kept."""

    def runtest(self) -> None:
        """Do nothing."""


@dataclass(slots=True)
class OpenSession:
    """The open session and what was read last.

    :param proving: what its Snippets share.
    :ivar sources: those that run, or ran last, by path.
    """

    session: pytest.Session
    proving: ProvingSession
    suites: Sequence[Suite] = ()
    site: Site | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    _needs: set[tuple[object, ...]] = field(default_factory=set)
    _files: WatchedFiles = field(default_factory=WatchedFiles)
    _keeper: KeepOpen = field(init=False)
    _results: RunResults = field(default_factory=RunResults)
    _listener: Callable[[SnippetResult], None] = field(default=lambda _: None)

    def __post_init__(self) -> None:
        """Receive each site that is read."""
        self.proving.tree.on_read = self._keep
        self._keeper = KeepOpen.from_parent(self.session, name="watch")

    def _keep(self, site: Site) -> None:
        self.site = site

    @property
    def root(self) -> Path:
        """The docs tree."""
        return self.proving.settings.root

    def settle(self) -> None:
        """Remember what the Suites need now: the session has that."""
        self._needs = {(suite.services, suite.network, suite.seed) for suite in self.suites}

    def read(self) -> None:
        """Read Suites, Pages and Sources as they are now; files that have not changed are not read again.

        :raises SnipproofError: a Suite is wrong; what was read before counts further.
        """
        changed = {os.path.relpath(path, self.root) for path in self._files.begin()}
        edited = self.site.edited(changed) if self.site else None
        suites = edited.suites if edited else load_suites(self.proving.settings)
        self.suites, self.site = suites, None
        self.proving.read_again(suites, edited)
        _ = self.proving.tree.pages
        self._files.end(files_of(self.site) if self.site else ())

    def run(
        self, paths: Sequence[str], wanted: Callable[[str], bool], listener: Callable[[SnippetResult], None]
    ) -> RunResults:
        """Run Sources, which were read by :meth:`read`.

        :param paths: of the Sources.
        :param wanted: whether to run the Snippet of an id.
        :param listener: called with each Outcome.
        """
        config = self.session.config
        begin_again(config, self.suites)
        self._results, self._listener = RunResults(), listener
        with contextlib.suppress(pytest.UsageError):  # a Source is gone
            self.session.perform_collect([str(self.root / path) for path in paths])
        items = [each for each in self.session.items if isinstance(each, SnippetItem) and wanted(each.snippet.id)]
        self._results.items = {each.snippet.id: each for each in items}
        self.sources = {each.file.source.path: each.file.source for each in items}
        self.proving.select(self.sources)
        following: list[pytest.Item] = [*items, self._keeper][1:]
        for item, nextitem in zip(items, following, strict=False):
            config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        reporting = config.pluginmanager.get_plugin("snipproof-report")
        if reporting:
            reporting.pytest_sessionfinish(self.session)
        return self._results

    def is_outdated(self, source: Source) -> bool:
        """Return whether a Source has another text now than the one that was run."""
        try:
            return read_text(self.root, source.path) != source.text
        except SnipproofError:
            return True

    def outgrown(self) -> str:
        """Return why the Suites need more than the session has, ``""`` if they do not."""
        for suite in self.suites:
            if (suite.services, suite.network, suite.seed) not in self._needs:
                return f"{suite.path} requires other services"
        return ""

    def collected(self, report: pytest.CollectReport) -> None:
        """Note a Source that cannot be collected."""
        if report.failed:
            self._results.errors.append(str(report.longrepr).strip())

    def reported(self, report: pytest.TestReport) -> None:
        """Note an Outcome."""
        if found := self._results.add(report):
            self._listener(found)

    def end_fixtures(self) -> None:
        """Tear down the fixtures of the session, as its last item would."""
        hook: Any = self.session.config.hook.pytest_runtest_teardown
        hook(item=self._keeper, nextitem=None)


@contextlib.contextmanager
def running(session: OpenSession, recorder_for: Iterable[str]) -> Iterator[None]:
    """Keep the Services of a session running.

    :param recorder_for: the paths of the Sources that may be proven.
    :raises SnipproofError: they do not start.
    """
    proving = session.proving
    sources = {}
    for path in recorder_for:
        with contextlib.suppress(SnipproofError):  # collecting reports it
            sources[path] = proving.tree.source(path)
    if not sources:
        raise InfrastructureError("no Source to watch")
    try:
        suites = {proving.tree.suites[path].path: proving.tree.suites[path] for path in sources}
        proving.start(sources, list(suites.values()), recorder=True, prepare=False, borrow=False)
        proving.require_services()
        yield
    finally:
        with contextlib.suppress(Exception):
            session.end_fixtures()
        with contextlib.suppress(InfrastructureError):
            proving.close()


def open_session(session: pytest.Session) -> OpenSession:
    """Return the open session of a session of pytest that has begun."""
    return OpenSession(session, proving_of(session.config))


def now() -> str:
    """Return the time of day."""
    return time.strftime("%H:%M:%S")
