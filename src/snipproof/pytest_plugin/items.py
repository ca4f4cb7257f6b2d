"""Sources and Snippets as pytest nodes. Uses only pytest's public API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from snipproof.errors import SnipproofError, ToolchainMissingError
from snipproof.model import Outcome, Source, Suite
from snipproof.run.failure_text import describe
from snipproof.run.verdict import Verdict
from snipproof.site.binding import unbound_expectations
from snipproof.site.source import read_source

if TYPE_CHECKING:
    from snipproof.pytest_plugin.session import SnippetPlugin


class SnippetFailedError(Exception):
    """Carries a Verdict that is not a pass to pytest."""

    def __init__(self, source: Source, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.source = source
        self.verdict = verdict


class SourceFile(pytest.File):
    """One Source; collected without running anything of it."""

    plugin: SnippetPlugin
    suite: Suite
    source: Source
    _verdicts: dict[str, Verdict] | None = None
    _trouble: SnipproofError | None = None

    def collect(self) -> Iterator[SnippetItem]:
        """Yield an item for every Snippet, in the order of the Source.

        :raises CollectError: the Source cannot be read, or holds no Snippet or an unbound Expectation, or it is not
            clear what a Page says of it.
        """
        root = self.plugin.settings.root
        try:
            self.source = read_source(root, self.path.relative_to(root).as_posix())
            self.plugin.check_bindings(self.suite)
            pages = self.plugin.pages
        except SnipproofError as error:
            raise self.CollectError(str(error)) from None
        if findings := (*unbound_expectations(self.source, pages.bound), *pages.wrong.get(self.source.path, ())):
            raise self.CollectError("\n".join(f"{finding}\n  hint: {finding.hint}" for finding in findings))
        if not self.source.snippets:
            raise self.CollectError(f"{self.source.path}:1:1 no Snippet: no `START name` marker in this Source")
        if self.suite.fixtures:
            self.add_marker(pytest.mark.usefixtures(*self.suite.fixtures))
        if self.config.pluginmanager.hasplugin("xdist"):  # else the marker is unknown, which may be an error
            self.add_marker(pytest.mark.xdist_group(self.source.path))
        for snippet in self.source.snippets:
            item: SnippetItem = SnippetItem.from_parent(self, name=snippet.name, callobj=_prove)
            item.line = snippet.region.line
            item.user_properties.append(("snippet", snippet.id))
            yield item

    def verdict(self, name: str) -> Verdict:
        """Return the Verdict on the Snippet ``name``; the first call runs the whole Source.

        :raises SnipproofError: its run came to no Verdict; again for each Snippet, without another run.
        """
        if self._trouble:
            raise self._trouble
        if self._verdicts is None:
            try:
                found = self.plugin.prover.prove(self.suite, self.source)
            except SnipproofError as error:
                self._trouble = error
                raise
            self._verdicts = {verdict.snippet.name: verdict for verdict in found}
        return self._verdicts[name]


def _prove() -> None:
    """Stand in for the test function, so that pytest sets up the fixtures of the Suite."""


class SnippetItem(pytest.Function):
    """One Snippet. Its Source runs in the set-up of whichever of its items comes first; the call only judges."""

    line: int

    @property
    def file(self) -> SourceFile:
        """The Source this Snippet stands in."""
        assert isinstance(self.parent, SourceFile)
        return self.parent

    def setup(self) -> None:
        """Set up the fixtures, then run the Source if that has not happened yet."""
        self.file.plugin.require_services()
        super().setup()
        try:
            self.file.verdict(self.name)
        except ToolchainMissingError as error:
            if self.file.plugin.settings.run.require:
                raise
            pytest.skip(f"{self.file.suite.flavour}: {error.message}: {error.hint}")

    def runtest(self) -> None:
        """Raise :class:`SnippetFailedError` unless the Snippet passed."""
        verdict = self.file.verdict(self.name)
        if updates := self.config.pluginmanager.get_plugin("snipproof-updates"):
            verdict = updates.settle(self.file, verdict)
        weaviate = self.file.plugin.prover.services.weaviate
        self.user_properties += [
            ("outcome", verdict.outcome.value),
            ("reason", verdict.reason),
            ("expectations", sum(result.matched for result in verdict.expectations)),
            ("weaviate", f"{weaviate.version} ({weaviate.mode})"),
        ]
        if verdict.outcome not in (Outcome.PASSED, Outcome.UPDATED):
            raise SnippetFailedError(self.file.source, verdict)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Place the Snippet at its START marker."""
        return self.path, self.line - 1, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """Show a Verdict, or trouble around the docs, in words; anything else as pytest does."""
        error = excinfo.value
        if isinstance(error, SnippetFailedError):
            return describe(error.source, error.verdict)
        if isinstance(error, SnipproofError):
            return str(error)
        return super().repr_failure(excinfo, *args, **kwargs)
