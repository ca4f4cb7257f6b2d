"""Bindings: documented addresses become real ones at run time, without moving a line."""

from __future__ import annotations

from collections.abc import Mapping

from snipproof.errors import SettingsError
from snipproof.model import Suite


def check_bindings(suite: Suite, texts: Mapping[str, str]) -> None:
    """Check that every Binding of ``suite`` matches: in each of its Sources, or in one of them when it is optional.

    :param texts: the text of each Source of the Suite, by path.
    :raises SettingsError: a Binding matches nothing, so a Source would talk to the address that the docs show.
    """
    for binding in suite.bindings:
        missing = [path for path, text in texts.items() if binding.find not in text]
        if missing and (not binding.optional or len(missing) == len(texts)):
            raise SettingsError(
                f"{suite.path}:{binding.line}:1 the binding {binding.find!r} matches nothing in {', '.join(missing)}",
                "the Source would use the documented address itself: write the address as the binding has it,\n"
                "or mark the binding `optional: true` if only some Sources of the Suite use it",
            )


def apply_bindings(suite: Suite, text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with every Binding of ``suite`` applied; ``values`` fills the ``{name}`` placeholders."""
    for binding in suite.bindings:
        replacement = binding.replace
        for name, value in values.items():
            replacement = replacement.replace(f"{{{name}}}", value)
        text = text.replace(binding.find, replacement)
    return text
