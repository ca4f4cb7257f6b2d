"""The rules of ``snipproof check``: one module ``sp*`` for each family of ids. Every such module is found."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from snipproof.lint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FAMILY_PREFIX = "sp"


def find_rules(package: str, folders: Iterable[str]) -> Mapping[str, Rule]:
    """Return the rules in the family modules of ``package``, which lie in ``folders``, by id and in the order of ids.

    :raises ValueError: two rules have the same id or the same name.
    """
    names = sorted(module.name for module in iter_modules(folders) if module.name.startswith(_FAMILY_PREFIX))
    modules = [import_module(f"{package}.{name}") for name in names]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Rule)]
    if len({rule.id for rule in found}) < len(found) or len({rule.name for rule in found}) < len(found):
        raise ValueError(f"two rules have the same id or name: {sorted((rule.id, rule.name) for rule in found)}")
    return {rule.id: rule for rule in sorted(found, key=lambda rule: rule.id)}


RULES = find_rules(__name__, __path__)
