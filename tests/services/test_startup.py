"""The start of the Services."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from snipproof.config import load_settings
from snipproof.errors import SettingsError
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.startup import Services


def test_the_libraries_of_the_vectorizer_are_loaded_when_it_starts() -> None:
    """A session with a server given by its address has no vectorizer, and does not wait for its imports."""
    code = (
        "import sys, snipproof.pytest_plugin.hooks\n"
        "print(*sorted({'PIL', 'docker', 'grpc', 'numpy', 'onnxruntime'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('mode = "url"', "snipproof.toml:2:1 mode url requires an address"),
        ('mode = "url"\nurl = "http://x:port"', "snipproof.toml:3:1 weaviate.url or weaviate.grpc is not an address"),
        ('url = "https://x"', "snipproof.toml:2:1 weaviate.url: http://HOST:PORT expected, not 'https://x'"),
    ],
)
def test_an_error_in_an_address_names_its_line(tmp_path: Path, text: str, message: str) -> None:
    """As any other error in the settings does."""
    (tmp_path / "snipproof.toml").write_text(f"[weaviate]\n{text}\n")
    settings = load_settings(tmp_path, environ={})
    with SessionFolder.begin(tmp_path / "session") as session, pytest.raises(SettingsError) as error:
        Services.start(settings, session, lambda _: None)
    assert error.value.message.startswith(message)
