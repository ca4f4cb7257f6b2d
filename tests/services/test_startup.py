"""The start of the Services."""

from __future__ import annotations

import subprocess
import sys


def test_the_libraries_of_the_vectorizer_are_loaded_when_it_starts() -> None:
    """A session with a server given by its address has no vectorizer, and does not wait for its imports."""
    code = (
        "import sys, snipproof.pytest_plugin.hooks\n"
        "print(*sorted({'PIL', 'docker', 'grpc', 'numpy', 'onnxruntime'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
