"""The public API: every name resolves, late, and the import paths of the last release still work."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from snipproof import api


def test_every_public_name_resolves() -> None:
    """The names are sorted, each one exists, and no other one does."""
    assert api.__all__ == sorted(api.__all__) == dir(api)
    for name in api.__all__:
        assert getattr(api, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Prover'"):
        api.Prover  # type: ignore[attr-defined]  # noqa: B018


def test_every_lazy_name_is_public() -> None:
    """The table of modules holds the public names, each once."""
    assert sorted(name for names in api._MODULES.values() for name in names) == api.__all__


def test_importing_it_imports_nothing_else() -> None:
    """A name is imported when it is used; the errors do not need the extra that runs Sources."""
    code = (
        "import sys, snipproof.api as api\n"
        "def ours(): return sorted(name for name in sys.modules if name.startswith('snipproof'))\n"
        "assert ours() == ['snipproof', 'snipproof.api', 'snipproof.exports'], ours()\n"
        "api.SettingsError, api.Language\n"
        "assert not {'numpy', 'filelock', 'psutil', 'requests', 'weaviate', 'pytest'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("module", "name"), [("gallery", "Gallery"), ("state", "State")])
def test_an_old_import_path_warns(module: str, name: str) -> None:
    """It gives the same class, and the warning names the new place."""
    path = f"snipproof.prove.services.{module}"
    sys.modules.pop(path, None)
    with pytest.warns(DeprecationWarning, match=rf"{path} is deprecated: from snipproof\.api import {name}") as warned:
        old = importlib.import_module(path)
    assert getattr(old, name) is getattr(api, name)
    assert len(warned) == 1


def test_the_warning_is_about_the_importing_file() -> None:
    """A project sees its own line, whatever is on the import path in between."""
    code = "from snipproof.prove.services.gallery import Gallery\n"
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", "-c", code],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert 'File "<string>", line 1, in <module>' in done.stderr
    assert done.stderr.rstrip().endswith("from snipproof.api import Gallery")
