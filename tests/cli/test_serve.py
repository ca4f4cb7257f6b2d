"""``snipproof serve`` without the extra that it requires."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_missing_extra_is_named(site: Path) -> None:
    """The base installation cannot run snippets: the error names the extra to install."""
    code = (
        "import sys\n"
        "for name in ('requests', 'psutil', 'filelock', 'platformdirs', 'weaviate'): sys.modules[name] = None\n"
        "from snipproof.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "serve", "--root", str(site)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'snipproof[weaviate]'" in done.stderr
    assert "Traceback" not in done.stderr
