"""Sources and Snippets as pytest nodes; only pytest's public API is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from snipproof.errors import SettingsError, SnipproofError, ToolchainMissingError
from snipproof.model import Combination, Finding, Outcome, Snippet, Source, Suite
from snipproof.pytest_plugin.session import ProvingSession
from snipproof.run.verdict import Verdict, describe
from snipproof.site.binding import unbound_expectations
from snipproof.site.known_failures import KnownFailure
from snipproof.site.source import read_text
from snipproof.site.suite import place_in
from snipproof.text import printable

_JUNIT_ATTRIBUTE = "record_xml_attribute"
_PASSED = (Outcome.PASSED, Outcome.UPDATED)
AFTER_ERROR = "not proven because of an error"
"""What the reason of a skip contains if an earlier Snippet has reported an error outside of the docs."""


TOOLCHAIN = "missing toolchain"
"""The property of a Snippet that is skipped since this machine cannot run its language."""


class SnippetFailedError(Exception):
    """Carries to pytest a Verdict that is not a pass.

    :param note: what to show first.
    """

    def __init__(self, source: Source, verdict: Verdict, note: str = "") -> None:
        super().__init__(note or verdict.reason)
        self.source = source
        self.verdict = verdict
        self.note = note

    def __str__(self) -> str:
        """Return the text of the failure."""
        passed = self.verdict.outcome in _PASSED
        return "\n\n".join(filter(None, (self.note, "" if passed else describe(self.source, self.verdict))))


class KnownFailureError(SnippetFailedError):
    """Carries to pytest a Verdict that the ledger of known failures expects."""


class SourceFile(pytest.File):
    """One Source; collecting it does not run it."""

    proving: ProvingSession
    suite: Suite
    source: Source

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._results: dict[Combination, dict[str, Verdict] | SnipproofError] = {}

    def collect(self) -> Iterator[SnippetItem | NamePart | WrongExpectations]:
        """Yield an item for every Snippet, in the order of the Source.

        An unbound Expectation, and one that a Page shows ambiguously, is an error of its own behind them.

        :raises CollectError: the Source cannot be read, or has no Snippet.
        """
        root = self.proving.settings.root
        try:
            self.source = self.proving.tree.source(self.path.relative_to(root).as_posix())
            self.proving.tree.check_suite(self.suite)
            pages = self.proving.tree.pages
        except SnipproofError as error:
            raise self.CollectError(str(error)) from None
        if self.suite.path in self.proving.tree.broken:
            return  # the first Source has reported it
        findings = (*unbound_expectations(self.source, pages.bound), *pages.ambiguous.get(self.source.path, ()))
        if not self.source.snippets and not findings:
            what = "no `START name` and `END name`, and no page shows a part of it"
            raise self.CollectError(f"{self.source.path}:1:1 no Snippet in this Source: {what}")
        if self.suite.fixtures:
            self.add_marker(pytest.mark.usefixtures(*self.suite.fixtures))
        if self.config.pluginmanager.hasplugin("xdist"):  # else the marker is unknown, which can be an error
            self.add_marker(pytest.mark.xdist_group(self.group))
        junit = self.config.getoption("--junitxml", None)
        if junit and any("::" in snippet.name or "[" in snippet.name for snippet in self.source.snippets):
            # The report would have a part of these names. The fixture warns that it is experimental.
            self.add_marker(pytest.mark.usefixtures(_JUNIT_ATTRIBUTE))
            self.add_marker(pytest.mark.filterwarnings(f"ignore:{_JUNIT_ATTRIBUTE}"))
        for suite in self.proving.tree.selected_combinations(self.suite):
            for snippet in self.source.snippets:
                yield _node(self, (snippet, suite), _split(suite.combination.named(snippet.name)))
        if findings:
            wrong: WrongExpectations = WrongExpectations.from_parent(self, name="Expectations")
            wrong.findings = findings
            yield wrong

    @property
    def is_in_chain(self) -> bool:
        """Whether it shares what is stored with other Sources."""
        return bool(self.suite.chain_of(self.source.path))

    @property
    def group(self) -> str:
        """What runs on one worker: the path of the first Source of its chain, which is its own if it stands alone."""
        return (*self.suite.chain_of(self.source.path), self.source.path)[0]

    def text_of(self, path: str) -> str:
        """Return the text of a Source as it was collected; it may differ from this one, if a Page shows its output."""
        if path == self.source.path:
            return self.source.text
        holder = self.proving.tree.pages.holders.get(path)
        return holder.text if holder else read_text(self.proving.settings.root, path)

    def verdict(self, name: str, suite: Suite) -> Verdict:
        """Return the Verdict on the Snippet ``name``; the first call for a combination runs the whole Source.

        :param suite: the Suite in that combination.
        :raises SnipproofError: the run failed without a Verdict; raised by each call, without another run.
        """
        if (found := self._results.get(suite.combination)) is None:
            try:
                found = {each.snippet.name: each for each in self.proving.prove(suite, self.source)}
            except SnipproofError as error:
                found = error
            self._results[suite.combination] = found
        if isinstance(found, SnipproofError):
            raise found
        return found[name]


class WrongExpectations(pytest.Collector):
    """Expectations of a Source that belong to no Snippet; the Snippets are proven nevertheless."""

    findings: Sequence[Finding]

    def collect(self) -> Iterator[pytest.Item]:
        """Collect nothing.

        :raises CollectError: always.
        """
        raise self.CollectError("\n".join(f"{finding}\n  hint: {finding.hint}" for finding in self.findings))


class NamePart(pytest.Collector):
    """A part of a name with colons: pytest reads ``path::a::b`` as ``b`` in ``a``, and so finds ``a::b``."""

    tested: tuple[Snippet, Suite]
    rest: Sequence[str]

    def collect(self) -> Iterator[SnippetItem | NamePart]:
        """Yield the node of the next part."""
        yield _node(self, self.tested, self.rest)


def _split(name: str) -> list[str]:
    """Return the parts into which pytest splits ``name`` on its command line: at ``::`` before the first bracket."""
    before, bracket, rest = name.partition("[")
    *parts, last = before.split("::")
    return [*parts, last + bracket + rest]


def _node(parent: pytest.Collector, tested: tuple[Snippet, Suite], parts: Sequence[str]) -> SnippetItem | NamePart:
    """Return the node below ``parent`` for the first of ``parts``.

    :param tested: a Snippet, and its Suite in a combination.
    :param parts: the rest of the name of the item.
    """
    if len(parts) > 1:
        part: NamePart = NamePart.from_parent(parent, name=parts[0])
        part.tested, part.rest = tested, parts[1:]
        return part
    item: SnippetItem = SnippetItem.from_parent(parent, name=parts[0], callobj=_prove)
    item.snippet, item.suite = tested
    item.extra_keyword_matches.add(item.snippet.name)
    combination = item.suite.combination
    item.user_properties.append(("snippet", combination.named(item.snippet.id)))
    if combination.label:
        item.user_properties.append(("combination", combination.label))
    return item


def _prove() -> None:
    """Take the place of a test function, so that pytest sets up the fixtures of the Suite."""


class _WithWholeId(pytest.Item):
    """An item whose name may contain brackets.

    In pytest 9, an id that is read, as by ``--lf``, ends at a bracket, behind which parameters follow. Given as a
    text, the id of the item itself is read in the same way, so that both are equal.
    """

    def __init__(self, name: str, parent: Any, **options: Any) -> None:
        if "[" in name:
            options["nodeid"] = f"{parent.nodeid}::{name}"
        super().__init__(name, parent, **options)


class SnippetItem(pytest.Function, _WithWholeId):
    """One Snippet. Its Source runs in the set-up of the first of its items; the call only reports the Verdict.

    Its ``name`` is the last part of the name of the Snippet, if that has colons.
    """

    snippet: Snippet
    #: Its Suite, in the combination of versions of this item.
    suite: Suite
    #: The Verdict that was reported, after an update.
    reported: Verdict | None = None
    #: Its entry in the ledger of known failures, after it was reported as that expects.
    listed: KnownFailure | None = None

    @property
    def file(self) -> SourceFile:
        """The Source of this Snippet."""
        file = self.getparent(SourceFile)
        assert file is not None
        return file

    @property
    def verdict(self) -> Verdict:
        """The Verdict on this Snippet; the first one of a Source runs it.

        :raises SnipproofError: the run failed without a Verdict.
        """
        return self.file.verdict(self.snippet.name, self.suite)

    def setup(self) -> None:
        """Set up the fixtures, then run the Source if it has not run yet.

        An error outside the docs, such as a server that does not start, is raised once; further Snippets are skipped.
        """
        proving = self.file.proving
        try:
            proving.require_services(self.suite)
            proving.prover.begin(self.suite)
            self._set_up_fixtures()
            record: Any = self.funcargs.get(_JUNIT_ATTRIBUTE)
            if record is not None:
                record("name", self.suite.combination.named(self.snippet.name))
            _ = self.verdict
        except SnipproofError as error:
            if isinstance(error, ToolchainMissingError) and not proving.settings.run.require:
                self.user_properties.append((TOOLCHAIN, self.suite.language))
                pytest.skip(f"{self.suite.flavour}: {error.message}: {error.hint}")
            if proving.is_new(error):
                raise
            pytest.skip(f"{self.suite.flavour}: {AFTER_ERROR}: {error.message}")

    def _set_up_fixtures(self) -> None:
        suite = self.suite
        try:
            super().setup()
        except pytest.FixtureLookupError as error:
            if error.argname not in suite.fixtures:
                raise
            place = place_in(self.file.proving.settings.root, suite.path, "fixtures", error.argname)
            hint = "define it in a conftest.py above its Sources or beside the settings, with scope session or function"
            raise SettingsError(f"{place} no fixture {error.argname!r} is defined for this Suite", hint) from None

    def runtest(self) -> None:
        """Raise :class:`SnippetFailedError` unless the Snippet passed.

        With a ledger, raise :class:`KnownFailureError` if it failed as listed; what is listed is not updated.
        """
        verdict = self.verdict
        ledger = self.config.pluginmanager.get_plugin("snipproof-ledger")
        self.listed = ledger.entry_of(self) if ledger else None
        updates = self.config.pluginmanager.get_plugin("snipproof-updates")
        if updates and self.listed is None:
            verdict = updates.settle(self.file, verdict, self.suite.combination.named(self.snippet.id))
        self.reported = verdict
        weaviate = self.file.proving.prover.services.server(self.suite.services[0])
        self.user_properties += [
            ("outcome", verdict.outcome.value),
            ("reason", printable(verdict.reason)),
            ("expectations", sum(result.matched for result in verdict.expectations)),
            ("not_compared", len(verdict.not_compared)),
            ("weaviate", f"{weaviate.version} ({weaviate.mode})"),
            ("suite", self.suite.path),
            ("flavour", self.suite.flavour),
            ("line", verdict.line),
        ]
        if verdict.kind:
            self.user_properties.append(("kind", printable(verdict.kind)))
        if verdict.coverage:
            missed = ",".join(str(line) for line in verdict.coverage.missed)
            self.user_properties += [("statements", len(verdict.coverage.statements)), ("lines never run", missed)]
        if ledger and self.listed and (contradiction := ledger.contradiction(self, verdict)):
            self.listed = None
            self.user_properties.append(("ledger", printable(contradiction.message)))
            raise SnippetFailedError(self.file.source, verdict, str(contradiction))
        if verdict.outcome in (Outcome.SKIPPED, Outcome.UNREACHED):
            pytest.skip(
                f"{verdict.outcome}: {verdict.reason}" if verdict.outcome is Outcome.UNREACHED else verdict.reason
            )
        if self.listed:
            self.user_properties.append(("unstable" if self.listed.unstable else "known failure", self.listed.reason))
        if verdict.outcome not in _PASSED:
            raise (KnownFailureError if self.listed else SnippetFailedError)(self.file.source, verdict)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the place of the Snippet, its START marker, and its name as a heading.

        pytest shows dots of a heading that ends the id as colons, which quotes prevent.
        """
        name = self.suite.combination.named(self.snippet.name)
        return self.path, self.snippet.region.line - 1, f"`{name}`" if "." in name else name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """Return a Verdict or an error of snipproof as text; show other errors as pytest does."""
        error = excinfo.value
        if isinstance(error, (SnippetFailedError, SnipproofError)):
            return printable(str(error))
        return super().repr_failure(excinfo, *args, **kwargs)
