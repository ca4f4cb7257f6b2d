"""The programs that a language needs: found on the PATH, or said to be missing."""

from __future__ import annotations

import re
import shutil
import subprocess

from snipproof.errors import ToolchainMissingError


def find_tool(name: str, what: str) -> str:
    """Return the path of the program ``name``.

    :param what: what it belongs to, for the reader: ``"Node.js 20 or newer"``.
    :raises ToolchainMissingError: it is not on the PATH.
    """
    path = shutil.which(name)
    if path is None:
        raise ToolchainMissingError(f"no {name!r} on the PATH", f"install {what}")
    return path


def find_version(name: str, what: str, *arguments: str) -> tuple[str, str]:
    """Return the path of the program ``name`` and what it says of its version.

    That is the first number with a dot in it, or else the first number: a new Java has no dots.

    :raises ToolchainMissingError: it is not on the PATH, or it does not work.
    """
    path = find_tool(name, what)
    try:
        done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=60, check=True)
        said = done.stdout + done.stderr
        found = re.search(r"\d+(?:\.\d+)+[^\s\"]*", said) or re.search(r"\d+", said)
        return path, found[0]  # type: ignore[index]
    except (OSError, subprocess.SubprocessError, TypeError) as error:
        raise ToolchainMissingError(f"{path} does not work: {error}", f"install {what}") from None
