"""Names that a package exports on first use."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from snipproof.exports import lazy_exports


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package that exports one name of ``textwrap``."""
    module = ModuleType("some_package")
    monkeypatch.setitem(sys.modules, "some_package", module)
    module.__getattr__ = lazy_exports("some_package", {"textwrap": ("dedent",)})  # type: ignore[method-assign]
    return module


def test_a_name_is_imported_once(package: ModuleType) -> None:
    import textwrap

    assert "dedent" not in vars(package)
    assert package.dedent is textwrap.dedent
    assert vars(package)["dedent"] is textwrap.dedent


def test_any_other_name_is_an_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=r"^module 'some_package' has no attribute 'indent'$"):
        _ = package.indent
