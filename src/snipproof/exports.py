"""Public names of a package that are imported on first use, so that importing the package stays cheap."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


def lazy_exports(package: str, names_by_module: Mapping[str, Collection[str]]) -> Callable[[str], Any]:
    """Return a module's ``__getattr__`` (PEP 562) for the names that other modules define.

    :param package: ``__name__`` of the module that exports the names.
    :param names_by_module: the names that each module defines.
    """
    modules = {name: module for module, names in names_by_module.items() for name in names}

    def get_attribute(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(modules[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return get_attribute
