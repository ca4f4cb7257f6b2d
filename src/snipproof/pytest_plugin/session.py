"""The proving session: what all Snippets of a pytest session share. Knows nothing of pytest's hooks and items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import pytest

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError, SnipproofError
from snipproof.model import Source, Suite
from snipproof.redaction import read_variables, redact
from snipproof.run.page_expectations import PageExpectations, read_page_expectations
from snipproof.run.preparation import check_bindings
from snipproof.run.prover import Prover
from snipproof.site.source import read_text


class ProvingSession:
    """The settings, Suites and Pages of a pytest session, and the Prover while tests run.

    :param suites: all Suites that the settings name.
    """

    def __init__(self, config: pytest.Config, settings: Settings, suites: Sequence[Suite]) -> None:
        self.settings = settings
        #: The Suite of each Source, by the path of the Source.
        self.suites: Mapping[str, Suite] = {path: suite for suite in suites for path in suite.sources}
        self._config = config
        self._prover: Prover | None = None
        self._selected: Mapping[str, Source] = {}
        self._start_error: InfrastructureError | None = None
        self._binding_errors: dict[str, SnipproofError | None] = {}  # by the path of the Suite

    @property
    def is_worker(self) -> bool:
        """Whether this is a worker of pytest-xdist."""
        return hasattr(self._config, "workerinput")

    @property
    def secrets(self) -> Mapping[str, str]:
        """The values that Sources get from the environment, by the names of their variables."""
        return read_variables(self.settings.run.env)

    def redact(self, text: str) -> str:
        """Return ``text`` without :attr:`secrets`, for a report."""
        return redact(text, self.secrets)

    @property
    def prover(self) -> Prover:
        """The running Prover.

        :raises InfrastructureError: the Services failed to start, or no test runs now.
        """
        self.require_services()
        assert self._prover is not None
        return self._prover

    @cached_property
    def pages(self) -> PageExpectations:
        """The Expectations of the Pages."""
        return read_page_expectations(self.settings)

    def check_bindings(self, suite: Suite) -> None:
        """Check the Bindings of ``suite``, once.

        :raises SnipproofError: a Binding matches nothing, or a Source cannot be read; raised by each call.
        """
        if suite.path not in self._binding_errors:
            try:
                check_bindings(suite, {path: read_text(self.settings.root, path) for path in suite.sources})
                self._binding_errors[suite.path] = None
            except SnipproofError as error:
                self._binding_errors[suite.path] = error
        if known := self._binding_errors[suite.path]:
            raise known

    def require_services(self) -> None:
        """Raise the InfrastructureError that kept the Services from starting, if there is one."""
        if self._start_error:
            raise self._start_error
        if self._prover is None:
            raise InfrastructureError("the services of snipproof run only while Snippets are proven")

    def start(self, sources: Mapping[str, Source]) -> None:
        """Prepare all Suites in the background and start the Services.

        An InfrastructureError is kept: :meth:`require_services` raises it for each Snippet.

        :param sources: the selected Sources by path, in the order in which they are proven.
        :raises SettingsError: the settings of a Service or the Runner of a language are wrong.
        """
        self._selected = sources
        try:
            # Needed by any Source: under pytest-xdist a worker does not know yet which of them it gets.
            recorder = self.pages.needs_recorder(sources.values())
            self._prover = Prover(self.settings, self.log, self.pages, recorder=recorder)
            if not self.is_worker:
                for path in sources:
                    self._prover.prepare(self.suites[path], self._selected_of(self.suites[path]))
            self._prover.start()
        except InfrastructureError as error:
            self._start_error = error

    def prepare(self, source: Source) -> None:
        """Prepare the Suite of ``source`` in the background, with all its selected Sources."""
        if self._prover is not None and self._start_error is None:
            suite = self.suites[source.path]
            try:
                self._prover.prepare(suite, self._selected_of(suite))
            except SettingsError:
                return  # proving the Source raises it again, and pytest reports it there

    def _selected_of(self, suite: Suite) -> list[Source]:
        return [source for path, source in self._selected.items() if self.suites[path] is suite]

    def close(self) -> None:
        """Stop the Services and remove everything that belongs to the session.

        :raises InfrastructureError: Weaviate does not answer any more.
        """
        if self._prover is not None:
            self._prover.close()

    def log(self, line: str) -> None:
        """Write one line to the terminal at once."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"snipproof: {self.redact(line)}")
            reporter.flush()  # a line about progress must not wait in a buffer
