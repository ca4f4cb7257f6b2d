"""A profile: what the site's component is called, what its attributes are called, and what its languages do.

The built-in one is the component of Docusaurus sites that this package was made for; settings change single names.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from snipproof.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from snipproof.config import Settings

DOCUSAURUS = "docusaurus-filtered-text-block"
SITE_FILES = tuple(f"docusaurus.config.{extension}" for extension in ("js", "ts", "mjs", "cjs"))
# Where a Docusaurus site has its Pages, and where its partials are by custom.
SITE_FOLDERS = ("docs", "blog", "src/pages", "versioned_docs", "i18n", "_includes")
_ELSEWHERE = ("docs",)

# What each attribute is for, and its name on the site's component.
_ATTRIBUTES: Mapping[str, str] = {
    "text": "text",
    "start-marker": "startMarker",
    "end-marker": "endMarker",
    "language": "language",
    "include-start-marker": "includeStartMarker",
}
_HIGHLIGHTERS: Mapping[str, str] = {
    "tsv2": "ts",
    "tsindent": "ts",
    "gonew": "go",
    "goraw": "go",
    "javaraw": "java",
    "csharpraw": "csharp",
    "pyindent": "py",
}


def _spaces(number: int) -> Callable[[str], str]:
    """Return what takes ``number`` leading spaces from every line of a text, where a line has as many."""
    prefix = "\n" + " " * number
    return lambda text: ("\n" + text).replace(prefix, "\n")[1:]


def _go(text: str) -> str:
    return "\n".join(map(_go_line, text.split("\n")))


def _go_line(line: str) -> str:
    line = line[2:] if line.startswith("\t\t") else line.removeprefix("\t")
    return line.replace("\t", "  ", 1)


def _gonew(text: str) -> str:
    return _spaces(2)(text.replace("\t", "  "))


def _goraw(text: str) -> str:
    return text.replace("\t", "    ")


_INDENTATION: Mapping[str, Callable[[str], str]] = {
    "java": _spaces(4),
    "csharpraw": _spaces(4),
    "pyindent": _spaces(4),
    "csharp": _spaces(8),
    "tsindent": _spaces(2),
    "go": _go,
    "gonew": _gonew,
    "goraw": _goraw,
}


class Profile(NamedTuple):
    """How to read a site: its component, the names of its attributes, and each display language.

    ``indentation`` maps a display language to what it does to the indentation of a text, ``highlighters`` to the
    language of the code block; a language that is in neither is shown as it is.
    """

    component: str = "FilteredTextBlock"
    attributes: Mapping[str, str] = _ATTRIBUTES
    indentation: Mapping[str, Callable[[str], str]] = _INDENTATION
    highlighters: Mapping[str, str] = _HIGHLIGHTERS


def profile_of(settings: Settings) -> Profile:
    """Return the profile that ``settings`` name, with the names that they change.

    :raises SettingsError: an unknown profile, attribute or indentation rule.
    """
    if settings.profile != DOCUSAURUS:
        raise _unknown(settings, "profile", settings.profile, [DOCUSAURUS])
    for name in settings.attributes:
        if name not in _ATTRIBUTES:
            raise _unknown(settings, "attribute", name, list(_ATTRIBUTES))
    indentation = dict(_INDENTATION)
    for language, rule in settings.indentation.items():
        if rule.isdecimal() and len(rule) < 3:
            indentation[language] = _spaces(int(rule))
        elif rule in _INDENTATION:
            indentation[language] = _INDENTATION[rule]
        else:
            raise _unknown(settings, "indentation rule", rule, ["a number of spaces", *_INDENTATION])
    return Profile(
        settings.component,
        {**_ATTRIBUTES, **settings.attributes},
        indentation,
        {**_HIGHLIGHTERS, **settings.highlighters},
    )


def is_docusaurus(root: Path) -> bool:
    """Whether ``root`` is the folder of a Docusaurus site."""
    return any(os.path.isfile(root / name) for name in SITE_FILES)  # noqa: PTH113 (raises nothing)


def page_folders(settings: Settings) -> tuple[str, ...]:
    """Return the folders of Pages: those that the settings name, else those that a Docusaurus site has."""
    if settings.pages:
        return settings.pages
    if not is_docusaurus(settings.root):
        return _ELSEWHERE
    return tuple(name for name in SITE_FOLDERS if (settings.root / name).is_dir()) or _ELSEWHERE


def is_partial(path: str) -> bool:
    """Whether a Page is a piece of other Pages: something in its path begins with ``_``, as Docusaurus has it."""
    return path.startswith("_") or "/_" in path


def _unknown(settings: Settings, kind: str, name: str, known: list[str]) -> SettingsError:
    where = settings.file.name if settings.file else "settings"
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
    return SettingsError(f"{where}:1:1 unknown {kind} {name!r}", hint)
