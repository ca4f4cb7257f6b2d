"""Site dialects: what a site's component and its attributes are called, and what its display languages do.

A dialect is one row of :data:`PROFILES`. The setting ``profile`` chooses it, and other settings change single names.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from snipproof.errors import SettingsError
from snipproof.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from snipproof.config import Settings


class Profile(NamedTuple):
    """How to read the Pages of a site.

    :param component: the name of the component that shows a part of a file.
    :param attributes: the name of each attribute of the component, by what it is for: ``text``, ``start-marker``,
        ``end-marker``, ``language``, ``include-start-marker``.
    :param indentation: what the component does to the indentation of a text, by display language.
    :param highlighters: the language of the code block, by display language.

    A display language without an entry changes nothing.
    """

    component: str
    attributes: Mapping[str, str]
    indentation: Mapping[str, Callable[[str], str]]
    highlighters: Mapping[str, str]


def _spaces(number: int) -> Callable[[str], str]:
    """Return a function that removes ``number`` leading spaces from every line that has as many."""
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


FILTERED_TEXT_BLOCK = Profile(
    component="FilteredTextBlock",
    attributes=MappingProxyType(
        {
            "text": "text",
            "start-marker": "startMarker",
            "end-marker": "endMarker",
            "language": "language",
            "include-start-marker": "includeStartMarker",
        }
    ),
    indentation=MappingProxyType(
        {
            "java": _spaces(4),
            "csharpraw": _spaces(4),
            "pyindent": _spaces(4),
            "csharp": _spaces(8),
            "tsindent": _spaces(2),
            "go": _go,
            "gonew": _gonew,
            "goraw": _goraw,
        }
    ),
    highlighters=MappingProxyType(
        {
            "tsv2": "ts",
            "tsindent": "ts",
            "gonew": "go",
            "goraw": "go",
            "javaraw": "java",
            "csharpraw": "csharp",
            "pyindent": "py",
        }
    ),
)

PROFILES: dict[str, Profile] = {"docusaurus-filtered-text-block": FILTERED_TEXT_BLOCK}
"""By the name that the setting ``profile`` gives."""


def profile_of(settings: Settings) -> Profile:
    """Return the profile that ``settings`` choose, with the names that they change.

    :raises SettingsError: an unknown profile, attribute or indentation rule.
    """
    profile = PROFILES.get(settings.profile)
    if profile is None:
        raise _unknown(settings.origin("profile"), "profile", settings.profile, PROFILES)
    for name in settings.attributes:
        if name not in profile.attributes:
            raise _unknown(settings.origin("attributes", name), "attribute", name, profile.attributes)
    indentation = dict(profile.indentation)
    for language, rule in settings.indentation.items():
        if rule.isdecimal() and len(rule) < 3:
            indentation[language] = _spaces(int(rule))
        elif rule in profile.indentation:
            indentation[language] = profile.indentation[rule]
        else:
            origin = settings.origin("indentation", language)
            raise _unknown(origin, "indentation rule", rule, ["a number of spaces", *profile.indentation])
    return Profile(
        settings.component or profile.component,
        {**profile.attributes, **settings.attributes},
        indentation,
        {**profile.highlighters, **settings.highlighters},
    )


def _unknown(origin: str, kind: str, name: str, known: Iterable[str]) -> SettingsError:
    hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
    return SettingsError(f"{origin} unknown {kind} {name!r}", hint)
