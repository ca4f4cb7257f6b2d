"""SP6xx: a translated Page that does not show what its original shows.

Pages are compared by what they show: a file, two markers, a display language, tabs and imports. Their text, the labels
of tabs but for the languages and versions in them, and the comments in a translated copy of a Source are not compared.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING

from snipproof.lint.rules.base import at, finding, rule
from snipproof.model import Severity
from snipproof.site.tab_labels import named_by
from snipproof.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from snipproof.lint.rules.base import Context
    from snipproof.model import Finding, Import, Page, Reference
    from snipproof.site.mdx.tabs import Tabs

# Where Docusaurus keeps translations of its docs.
_DOCUSAURUS = re.compile(r"^((?:.*/)?)i18n/[^/]+/docusaurus-plugin-content-docs/(current|version-[^/]+)/(.*)$")
# What a Reference shows, as far as its Page decides it.
_Shown = tuple[str | None, str | None, str | None]


@rule("SP601", "translation-missing", Severity.ERROR, "a translation lacks a block of its original")
def translation_missing(context: Context) -> Iterator[Finding]:
    """The original shows a block that the translation lacks."""
    for pair in _pairs(context):
        for reference in pair.missing:
            before = [r for r in pair.original.references if (r.line, r.column) < (reference.line, reference.column)]
            message = f"{_what(reference)} of {reference.page}:{reference.line} is missing in this translation"
            place = pair.after(before)
            if place:
                yield at(place, message, "show it after this block")
            else:
                yield finding(pair.translated.path, 1, 1, message, "show it here too")


@rule("SP602", "translation-extra", Severity.ERROR, "a translation shows a block its original lacks")
def translation_extra(context: Context) -> Iterator[Finding]:
    """The translation shows a block that the original lacks."""
    for pair in _pairs(context):
        for reference in pair.extra:
            message = f"{_what(reference)} is not shown by the original, {pair.original.path}"
            yield at(reference, message, "remove it, or show it in the original too")


@rule("SP603", "translation-order", Severity.WARNING, "a translation shows blocks in another order")
def translation_order(context: Context) -> Iterator[Finding]:
    """Both show the same blocks, in another order. Found once per Page, at the first block that is out of place."""
    for pair in _pairs(context):
        for reference, other in zip(*pair.common, strict=True):
            if _shown(reference) != _shown(other):
                message = f"{_what(reference)} is shown where the original shows {_what(other)}"
                yield at(reference, message, f"order the blocks as in {other.page}, line {other.line}")
                break


@rule("SP604", "translation-file", Severity.ERROR, "a block of a translation shows another file")
def translation_file(context: Context) -> Iterator[Finding]:
    """A block of the translation has the markers of the original's, and shows another file."""
    for pair in _pairs(context):
        for reference, other in pair.rebound:
            message = f"{_what(reference)} shows {reference.source}, but the original shows {other.source}"
            yield at(reference, message, f"import what {other.page} imports")


@rule("SP605", "translation-display", Severity.ERROR, "a translation displays a block in another way")
def translation_display(context: Context) -> Iterator[Finding]:
    """A block of the translation has another display language than the original's, or shows its START line."""
    for pair in _pairs(context):
        for reference, other in pair.same:
            if reference.language != other.language:
                message = f"{_what(reference)} has language={reference.language!r}, the original {other.language!r}"
                yield at(reference, message, f"display it as {other.page}, line {other.line} does")
            elif reference.include_start_marker != other.include_start_marker:
                message = f"only one of this translation and its original shows the START line of {_what(reference)}"
                yield at(reference, message, f"set includeStartMarker as on {other.page}, line {other.line}")


@rule("SP606", "translation-tabs", Severity.ERROR, "a translation has other tabs than its original")
def translation_tabs(context: Context) -> Iterator[Finding]:
    """The tabs of both differ in their values or groups, or in the language or version that their labels name.

    Found once per Page, at the first difference.
    """
    for pair in _pairs(context):
        if not (pair.translated.references and pair.original.references):
            continue
        tabs, others = (context.site.structure_of(page.path).tabs for page in (pair.translated, pair.original))
        message, line, column = _tab_difference(tabs, others) or ("", 1, 1)
        if not message:
            for reference, other in pair.same:
                tab, original = _tab_path(tabs, reference), _tab_path(others, other)
                if tab != original:
                    line, column = reference.line, reference.column
                    message = f"{_what(reference)} is {_in_tab(tab)}, in the original it is {_in_tab(original)}"
                    break
        if message:
            hint = f"keep the tabs of {pair.original.path}; labels may be translated"
            yield finding(pair.translated.path, line, column, message, hint)


@rule("SP607", "translation-import", Severity.ERROR, "a translation imports something else than its original")
def translation_import(context: Context) -> Iterator[Finding]:
    """An import is missing in the translation, is missing in the original, or leads to another file."""
    folders = context.site.settings.translations
    for pair in _pairs(context):
        known = {reference.variable for reference, _ in pair.rebound}  # SP604 reports these
        original = {imported.variable: imported for imported in pair.original.imports}
        for imported in pair.translated.imports:
            other = original.pop(imported.variable, None)
            path, line, column = pair.translated.path, imported.line, imported.column
            if other is None:
                message = f"{imported.variable!r} is not imported by the original, {pair.original.path}"
                yield finding(path, line, column, message, "remove it, or import it there too")
            elif imported.variable not in known and not _is_same_import(imported, other, folders):
                message = f"{imported.variable!r} is {quoted(imported.path)}, in the original {quoted(other.path)}"
                yield finding(path, line, column, message, f"import what {pair.original.path} imports")
        for other in original.values():
            message = f"the import of {other.variable!r} on line {other.line} of {pair.original.path} is missing"
            yield finding(pair.translated.path, 1, 1, message, "import it here too")


class _Pair:
    """A translated Page and its original."""

    def __init__(self, translated: Page, original: Page) -> None:
        self.translated = translated
        self.original = original

    @cached_property
    def rebound(self) -> list[tuple[Reference, Reference]]:
        """The blocks that have the same markers and show another file, each with the block of the original."""
        waiting: dict[_Shown, list[Reference]] = {}
        for reference in _without(self.original, self.translated):
            waiting.setdefault(_markers(reference), []).append(reference)
        pairs = []
        for reference in _without(self.translated, self.original):
            others = waiting.get(_markers(reference))
            if others:
                pairs.append((reference, others.pop(0)))
        return pairs

    @cached_property
    def missing(self) -> list[Reference]:
        rebound = [other for _, other in self.rebound]
        return [reference for reference in _without(self.original, self.translated) if reference not in rebound]

    @cached_property
    def extra(self) -> list[Reference]:
        rebound = [reference for reference, _ in self.rebound]
        return [reference for reference in _without(self.translated, self.original) if reference not in rebound]

    @property
    def common(self) -> tuple[list[Reference], list[Reference]]:
        """The blocks that both show, in the order of each."""
        return (
            _only(self.translated, _counted(self.original)),
            _only(self.original, _counted(self.translated)),
        )

    @property
    def same(self) -> Iterator[tuple[Reference, Reference]]:
        """The blocks that both show, each with that of the original, whatever their order."""
        waiting: dict[_Shown, list[Reference]] = {}
        for reference in self.original.references:
            waiting.setdefault(_shown(reference), []).append(reference)
        for reference in self.translated.references:
            if others := waiting.get(_shown(reference)):
                yield reference, others.pop(0)

    def after(self, before: list[Reference]) -> Reference | None:
        """Return the last block of the translation that shows one of ``before``, the later ones first."""
        for other in reversed(before):
            found = [reference for reference in self.translated.references if _markers(reference) == _markers(other)]
            if found:
                return found[-1]
        return None


def _pairs(context: Context) -> Iterator[_Pair]:
    pages = {page.path: page for page in context.site.pages}
    folders = context.site.settings.translations
    for page in context.pages:
        original = pages.get(_original(page.path, folders))
        if original is not None and original is not page:
            yield _Pair(page, original)


def _original(path: str, folders: Mapping[str, str]) -> str:
    """Return the path of the Page that ``path`` translates, ``""`` if it is not a translation."""
    for translated, original in folders.items():
        top = posixpath.normpath(translated) + "/"
        if path.startswith(top):
            return posixpath.normpath(posixpath.join(original, path.removeprefix(top)))
    found = _DOCUSAURUS.match(path) if "i18n/" in path else None
    if found is None:
        return ""
    docs = "docs" if found[2] == "current" else f"versioned_docs/{found[2]}"
    return f"{found[1]}{docs}/{found[3]}"


def _tab_difference(tabs: Tabs, others: Tabs) -> tuple[str, int, int] | None:
    """Return the first difference between tabs and those of the original, with its line and column."""
    for item, other in zip_longest(tabs.items, others.items):
        if item is None:
            line = tabs.groups[-1].last if tabs.groups else 1
            return f"the tab {other.level.tab!r} of line {other.line} of the original is missing", line, 1
        if other is None:
            return f"the tab {item.level.tab!r} is not in the original", item.line, item.column
        if (item.value, item.level.group) != (other.value, other.level.group):
            return f"the tab is {item.value!r}, in the original {other.value!r}", item.line, item.column
        here, there = named_by(item.label), named_by(other.label)
        for name, there_name in zip(here, there, strict=True):
            if name and there_name and name != there_name:
                labels = f"the label is {quoted(item.label)}, in the original {quoted(other.label)}"
                return (
                    f"{labels}: it names another {'version' if name is here.versions else 'language'}",
                    item.line,
                    item.column,
                )
    for group, original in zip(tabs.groups, others.groups, strict=False):
        if group.id != original.id:
            return f"the groupId of these tabs is {group.id!r}, in the original {original.id!r}", group.first, 1
    return None


def _tab_path(tabs: Tabs, reference: Reference) -> list[str]:
    """Return the values of the tabs around a block, from the innermost one."""
    return [level.tab for level in tabs.around(tabs.level(reference.line, reference.column))]


def _in_tab(path: list[str]) -> str:
    return f"in the tab {path[0]!r}" if path else "not in a tab"


def _is_same_import(imported: Import, other: Import, folders: Mapping[str, str]) -> bool:
    if imported.raw is not other.raw:
        return False
    if imported.target is None or other.target is None:
        return imported.path == other.path
    return other.target in (imported.target, _original(imported.target, folders))


def _shown(reference: Reference) -> _Shown:
    return reference.source, reference.start_marker, reference.end_marker


def _markers(reference: Reference) -> _Shown:
    return None, reference.start_marker, reference.end_marker


def _counted(page: Page) -> Counter[_Shown]:
    return Counter(_shown(reference) for reference in page.references)


def _only(page: Page, others: Counter[_Shown]) -> list[Reference]:
    """Return the References of ``page`` that ``others`` holds too, each as often as it does."""
    left = others.copy()
    kept = []
    for reference in page.references:
        if left[_shown(reference)] > 0:
            left[_shown(reference)] -= 1
            kept.append(reference)
    return kept


def _without(page: Page, other: Page) -> list[Reference]:
    """Return the References of ``page`` that ``other`` lacks."""
    common = set(map(id, _only(page, _counted(other))))
    return [reference for reference in page.references if id(reference) not in common]


def _what(reference: Reference) -> str:
    return f"the block {quoted(reference.start_marker or '')}"
