"""What the label of a tab names: languages, and the major version of a client."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from snipproof.languages import displayed, languages, of_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snipproof.model import Reference

# What readers call a language, where no display language is spelt like it.
_OTHER_NAMES = MappingProxyType({"curl": "shell", "node.js": "typescript", "nodejs": "typescript", ".net": "csharp"})
# Words that have other meanings, unless they are spelt like this or stand alone.
_SPELLING = MappingProxyType({"go": "Go", "console": "", "shell": "Shell"})
_WORD = re.compile(r"\.?[^\W_](?:[\w#.]*[\w#])?")
_VERSION = re.compile(r"(?<![^\W_])v(\d+)(?![^\W_])", re.IGNORECASE)
_DISPLAY_VERSION = re.compile(r"v(\d+)$")
_MAX_LENGTH = 200


class Named(NamedTuple):
    """Languages, by the names of their rows, and major versions: ``3`` for ``v3``."""

    languages: frozenset[str]
    versions: frozenset[str]


@cache
def named_by(label: str) -> Named:
    """Return what ``label`` names: ``JS/TS Client v3`` is TypeScript, 3."""
    label = label[:_MAX_LENGTH]
    words = [word for word in _WORD.findall(label) if word == label or _SPELLING.get(word.lower(), word) == word]
    found = frozenset(filter(None, (_names().get(word.lower(), "") for word in words)))
    return Named(found, frozenset(_VERSION.findall(label)))


def shown_by(reference: Reference, flavour: str) -> Named:
    """Return the languages and the versions of a block, by its display language and by its file.

    ``flavour`` is that of the block's Suite, ``""`` without one: then the names of its file and folder count.
    """
    path = reference.source or ""
    found = {displayed(reference.language), of_file(path)} - {""}
    versions = set(_DISPLAY_VERSION.findall(reference.language))
    versions.update(_VERSION.findall(flavour or "/".join(path.split("/")[-2:])))
    return Named(frozenset(found), frozenset(versions))


@cache
def _names() -> Mapping[str, str]:
    names = dict(_OTHER_NAMES)
    for row in languages().values():
        names.update(dict.fromkeys((row.title.lower(), *row.display_languages), row.name))
    return names
