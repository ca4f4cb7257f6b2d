"""SP31x: tabs whose labels do not fit their code, and tabs of the same name in one group."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from snipproof.languages import is_program, languages
from snipproof.lint.rules.base import finding, rule
from snipproof.model import Severity
from snipproof.site.page_blocks import OUTPUT_LANGUAGES
from snipproof.site.tab_labels import Named, named_by, shown_by
from snipproof.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snipproof.lint.rules.base import Context
    from snipproof.model import Finding, Page, Reference
    from snipproof.site.mdx.tabs import Item, Level, Tabs


@rule("SP311", "tab-label", Severity.WARNING, "a tab shows another language or version than its label names")
def tab_label(context: Context) -> Iterator[Finding]:
    """The label of a tab names a language or a major version, and the code in it is that of another one."""
    misfits: dict[tuple[object, ...], str] = {}
    for page, tabs in context.shared(_tabs):
        shown: dict[Level, list[Reference]] = {}
        for reference in page.references:
            shown.setdefault(tabs.level(reference.line, reference.column), []).append(reference)
        for item in tabs.items:
            references = shown.get(item.level, ())
            for written, named in zip((item.label, item.value), _names_of(item.label, item.value), strict=True):
                key = (named, *((reference.source, reference.language) for reference in references))
                if key not in misfits:
                    misfits[key] = _misfit(context, named, references) if any(named) else ""
                if message := misfits[key]:
                    hint = "change the name of the tab, or show the code that it names"
                    yield finding(page.path, item.line, item.column, f"the tab {written!r} shows {message}", hint)
                    break


@rule("SP312", "duplicate-tab", Severity.ERROR, "two tabs of a group have the same value")
def duplicate_tab(context: Context) -> Iterator[Finding]:
    """Two tabs of a group have the same value, so the site's build fails, and only one of them is compared."""
    for page, tabs in context.shared(_tabs):
        first: dict[tuple[int, str], Item] = {}
        for item in tabs.items:
            other = first.setdefault((item.level.group, item.level.tab), item)
            if other is not item:
                message = f"the tab {item.level.tab!r} is in its group already, since line {other.line}"
                yield finding(page.path, item.line, item.column, message, "give each tab of a group its own value")


def _tabs(context: Context) -> list[tuple[Page, Tabs]]:
    """Return the Pages with blocks in tabs, and their tabs."""
    site = context.site
    pages = [page for page in context.pages if page.references and "<TabItem" in site.text_of(page.path)]
    return [(page, site.structure_of(page.path).tabs) for page in pages]


@cache
def _names_of(label: str, value: str) -> tuple[Named, Named]:
    """Return what the label of a tab names, and its value: ``py3`` is Python, since a value has no version."""
    return named_by(label), Named(named_by(value.rstrip("0123456789")).languages, frozenset())


def _misfit(context: Context, named: Named, references: Sequence[Reference]) -> str:
    """Return what does not fit ``named``: code in other languages only, or of another version; ``""`` for nothing."""
    shown = []
    for reference in references:
        suite = context.site.suite_of.get(reference.source or "")
        code = shown_by(reference, suite.flavour if suite else "")
        if any(map(is_program, code.languages)) and reference.language.lower() not in OUTPUT_LANGUAGES:
            shown.append(code)
    fitting = [code for code in shown if not named.languages or code.languages & named.languages]
    if shown and not fitting:
        return f"code in {listed(sorted({languages()[name].title for code in shown for name in code.languages}))}"
    others = {version for code in fitting for version in code.versions - named.versions if named.versions}
    return f"code of {listed([f'v{version}' for version in sorted(others)])}" if others else ""
