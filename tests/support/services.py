"""What tests of the Services share."""

from __future__ import annotations

import importlib.util
import io
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from snipproof.services.weaviate.server import WeaviateAddress

_TOOLS = Path(__file__).parents[2] / "tools"


def local_address(port: int) -> WeaviateAddress:
    """Return an address with ``port`` of this machine for both protocols."""
    return WeaviateAddress("127.0.0.1", port, "127.0.0.1", port, "", "url", "")


def log(line: str) -> None:
    """Write a progress line to standard error."""
    sys.stderr.write(line + "\n")


def picture(colour: str) -> bytes:
    """Return a small JPEG of one colour."""
    data = io.BytesIO()
    Image.new("RGB", (90, 60), colour).save(data, "JPEG")
    return data.getvalue()


def load_tool(name: str) -> Any:
    """Import ``tools/NAME.py``."""
    spec = importlib.util.spec_from_file_location(name, _TOOLS / f"{name}.py")
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool
