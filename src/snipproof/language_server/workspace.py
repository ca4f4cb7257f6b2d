"""One docs tree in an editor: its site with the texts of open documents, saved or not, laid over the files.

**What is published, and when.** A keystroke changes the findings of the document that is edited, and those are found
again at once, in the site as it is on all screens. Other files keep their findings until something is saved, opened or
closed: half of a marker, typed in a Source, must not redden the pages that show it.

**A text that is not finished.** While a document has unsaved changes that keep it from being read (a fence or a tag
without an end, wrong attributes of a marker), only that problem is reported for it: without it, everything below would
be missing. In the same way, blocks that show a variable without an import are one finding, at the line that begins as
an import if there is one, and what follows from it (a translation differs) is not reported. A START without its END is
one finding, at the marker. Saving ends all this: then a document has the findings that ``snipproof check`` reports.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from snipproof.config import FILES
from snipproof.errors import UnreadableError
from snipproof.language_server.diagnostics import Checked
from snipproof.language_server.failures import RunFailure, failures_of
from snipproof.language_server.last_outcomes import LastRun
from snipproof.language_server.positions import Positions
from snipproof.lint import baseline
from snipproof.lint.engine import find
from snipproof.model import Finding, Severity
from snipproof.site.docs_site import Site
from snipproof.site.source import UNREADABLE, read_text
from snipproof.text import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from snipproof.config import Settings

_UNDEFINED_IMPORT = "SP102"
_IMPORT = re.compile(r"import\s+(?:\{?\s*)?(?P<variable>[A-Za-z_$][\w$]*)?")


class _Document(NamedTuple):
    text: str
    saved: str | None  # the text of the file when it was opened or saved last, None if there was no such file


class Workspace:
    """The docs tree that ``settings`` describe.

    :raises SettingsError: it has no page, a folder is missing, or a suite file or the baseline has an error.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._documents: dict[str, _Document] = {}
        self._known_problems: dict[str, set[str]] = {}
        self._settled: dict[str, set[tuple[object, ...]]] = {}
        self._edited: set[str] = set()
        self._site = Site.load(settings)
        self._baseline = self._load_baseline()
        self.last_run = LastRun(settings.home)
        self.last_run.read_again()

    @property
    def root(self) -> Path:
        """The folder that all paths are relative to."""
        return self.settings.root

    @property
    def site(self) -> Site:
        """The site with the texts of all open documents."""
        texts = {path: document.text for path, document in self._documents.items()}
        if texts != self._site.texts or self._edited:
            self._site = self._site.with_texts(texts, self._edited)
            self._edited = set()
        return self._site

    @property
    def open_paths(self) -> Collection[str]:
        """The paths of the open documents."""
        return self._documents.keys()

    @property
    def paths(self) -> Collection[str]:
        """The path of every Page and Source, in order; it is quick to look for one."""
        return self.site.once(_paths)

    def path_of(self, file: Path) -> str | None:
        """Return the path, relative to the root, of a file, ``None`` if it is outside, or its name is not possible."""
        if "\0" in str(file):
            return None
        for root, name in ((self.root, file), (self.root.resolve(), Path(os.path.realpath(file)))):
            if name.is_relative_to(root):
                return name.relative_to(root).as_posix()
        return None

    def text(self, path: str) -> str:
        """Return the text of a file: the unsaved one, if there is one; ``""`` if it cannot be read."""
        document = self._documents.get(path)
        return document.text if document is not None else self._text_of_file(path) or ""

    def is_saved(self, path: str) -> bool:
        """Return whether the text of a file on the screen is that of the file itself."""
        document = self._documents.get(path)
        return document is None or document.text == self._text_of_file(path)

    def is_changed_on_disk(self, path: str) -> bool:
        """Return whether a file has changed under its open document, or, without one, since the site was read."""
        document = self._documents.get(path)
        on_disk = self._text_of_file(path)
        return on_disk != (document.saved if document is not None else self.site.text_of(path))

    def open(self, path: str, text: str) -> None:
        """Lay the ``text`` of a document that is now open over its file."""
        self._documents[path] = _Document(text, self._text_of_file(path))
        self._settle(path)

    def change(self, path: str, text: str) -> None:
        """Replace the text of an open document, which may have read its file again.

        What was not opened here is open from now on: it may have another name that was closed, or another workspace.
        """
        on_disk = self._text_of_file(path)
        known = self._documents.get(path)
        self._documents[path] = _Document(text, on_disk if on_disk == text or known is None else known.saved)

    def save(self, path: str) -> None:
        """Record that a document has been saved, if it is open."""
        if path in self._documents:
            self.open(path, self._documents[path].text)
        else:
            self.reread(path)

    def close(self, path: str) -> None:
        """Go back to the file."""
        self._documents.pop(path, None)

    def reload(self, settings: Settings) -> None:
        """Read everything again.

        :raises SettingsError: as the class; what was read before stays.
        """
        loaded = Site.load(settings)
        self.settings, self._site, self._edited = settings, loaded, set()
        self._baseline = self._load_baseline()

    def reread(self, path: str) -> bool:
        """Read a file again whose content has changed on disk; return whether that is enough, without a reload."""
        if path in self._documents:
            return not self.is_setting(path)
        self._edited.add(path)
        return path in self.paths

    def depends_on(self, path: str, *, is_edit: bool = False) -> bool:
        """Return whether the creation, change or removal of a file may change any Finding.

        :param is_edit: whether the file was there before, and only its content has changed.
        """
        looked_at = self._site.dependencies.paths
        known = path in looked_at or path in self._documents or path in self.paths or self.is_setting(path)
        return known or (not is_edit and posixpath.dirname(path) in looked_at)

    @property
    def files_on_disk(self) -> list[Path]:
        """The files and folders whose change may change any Finding, the settings among them."""
        known = {*self._site.dependencies.paths, *self.paths, self.baseline_path}
        files = [self.root / path for path in known if path]
        return [*files, *(self.settings.home / name for name in FILES)]

    def is_setting(self, path: str) -> bool:
        """Return whether a file is, or may become, one of the settings, suite files, seeds or the baseline."""
        home = Path(os.path.relpath(self.settings.home, self.root)).as_posix()
        names = {posixpath.normpath(posixpath.join(home, name)) for name in FILES}
        return path in names or path == self.baseline_path or path.endswith((".yaml", ".yml", ".toml"))

    def findings(self, paths: Collection[str]) -> dict[str, list[Checked]]:
        """Return the Findings of each of these files, as ``snipproof check`` would report them for the same texts.

        Entries of the baseline that are stale are Findings of the baseline, in addition to those of ``paths``.

        :raises SettingsError: the settings give a severity to an unknown rule.
        """
        site, name, entries = self.site, self.baseline_path, self._baseline
        found: dict[str, list[Checked]] = {path: [] for path in paths}
        listed = {key: entry for key, entry in entries.items() if key.path in found}
        compared = baseline.compare(find(site, only=paths), listed, name, site.is_unread)
        for finding in compared.findings:
            found.setdefault(finding.path, []).append(Checked(finding))
        for finding in compared.listed:
            found[finding.path].append(Checked(finding, listed=True))
        return {path: sorted(checked) for path, checked in found.items()}

    def failures(self, path: str) -> list[RunFailure]:
        """Return what the last run found wrong in a Source; nothing in other files."""
        source = self.site.sources.get(path)
        return list(failures_of(self.last_run.outcomes, source, Positions(source.text))) if source else []

    def stale_in_baseline(self) -> list[Finding]:
        """Return Findings of the entries of the baseline whose files are no longer Pages or Sources."""
        gone = {key.path for key in self._baseline}.difference(self.paths)
        listed = {key: entry for key, entry in self._baseline.items() if key.path in gone}
        return baseline.compare([], listed, self.baseline_path, self.site.is_unread).findings

    def left_of_entry(self, path: str, line: int) -> tuple[int, int] | None:
        """Return how many Findings an entry of the baseline lists, and how many of them are left.

        ``None`` if there is no entry on this line of the file ``path``.
        """
        if path != self.baseline_path:
            return None
        for key, entry in self._baseline.items():
            if entry.line == line:
                found = find(self.site, only=[key.path]) if key.path in self.paths else []
                return entry.count, sum(baseline.key_of(finding) == key for finding in found)
        return None

    @property
    def baseline_path(self) -> str:
        """The path of the baseline, relative to the root; ``""`` without one."""
        if not self.settings.baseline:
            return ""
        return Path(os.path.relpath(self.settings.home / self.settings.baseline, self.root)).as_posix()

    def findings_while_typing(self, path: str) -> list[Checked]:
        """Return the Findings of an open document, without those that it has only because it is not finished."""
        found = self.findings([path])[path]
        if self._documents[path].text == self._documents[path].saved:
            self._settled[path] = {each.finding[3:5] for each in found}
            return found
        known = self._known_problems.get(path, set())
        problems = [each for each in found if each.finding.rule == UNREADABLE]
        if any(each.finding.message not in known for each in problems):
            return problems
        undefined = [each for each in found if each.finding.rule == _UNDEFINED_IMPORT]
        settled = self._settled.get(path, set())
        if all(each.finding[3:5] in settled for each in undefined):
            return found
        others = [each for each in found if each.finding[3:5] in settled and each not in undefined]
        return [*self._one_for_all(path, undefined), *others]

    def _one_for_all(self, path: str, undefined: Iterable[Checked]) -> Iterator[Checked]:
        """Yield one Finding for all blocks that show the same missing import."""
        page = next((page for page in self.site.pages if page.path == path), None)
        complete = {imported.line for imported in page.imports} if page else set()
        lines = enumerate(self.text(path).split("\n"), 1)
        begun = (number for number, line in lines if _IMPORT.match(line) and number not in complete)
        structure = self.site.structure_of(path)
        unfinished = next((number for number in begun if not structure.in_fence(number)), 0)
        if unfinished:
            message = "this import is not complete: blocks below show what it would import"
            yield Checked(Finding(path, unfinished, 1, _UNDEFINED_IMPORT, message, severity=Severity.WARNING))
            return
        by_message: dict[str, list[Checked]] = {}
        for each in undefined:
            by_message.setdefault(each.finding.message, []).append(each)
        for first, *more in by_message.values():
            note = f" (and {plural(len(more), 'more block')})" if more else ""
            yield first._replace(finding=first.finding._replace(message=first.finding.message + note))

    def _settle(self, path: str) -> None:
        """Remember which problems a saved document has: these do not come from typing."""
        problems = (problem for problem in self.site.problems if problem.path == path)
        self._known_problems[path] = {problem.message for problem in problems}

    def _text_of_file(self, path: str) -> str | None:
        try:
            return read_text(self.root, path)
        except UnreadableError:
            return None

    def _load_baseline(self) -> Mapping[baseline.Key, baseline.Entry]:
        if not self.settings.baseline:
            return {}
        path = self.settings.home / self.settings.baseline
        return baseline.load(path, baseline.baseline_name(path, self.settings.home))


def _paths(site: Site) -> dict[str, None]:
    return dict.fromkeys(sorted({*(page.path for page in site.pages), *site.sources}))
