"""The client of Weaviate that a lock file pins, for the words "proven with weaviate-client 4.23.1"."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snipproof.report.entries import Software

_PYTHON = re.compile(r"^(weaviate-client)==([^\s;\\]+)", re.MULTILINE)
_GO_MODULE = re.compile(r"\bgithub\.com/weaviate/(weaviate-go-client)(?:/v\d+)? v(\S+)")
_NODE = ("weaviate-client", "weaviate-ts-client")
_UV = re.compile(r'^name = "(weaviate-client)"\nversion = "([^"]+)"', re.MULTILINE)
_PNPM = re.compile(rf"^  '?({'|'.join(_NODE)})@([^(':]+)[(':]", re.MULTILINE)
_YARN = re.compile(rf'^"?({"|".join(_NODE)})@[^\n]*:\n  version:? "?([^"\n]+)', re.MULTILINE)
_PATTERNS = {"go.sum": _GO_MODULE, "go.mod": _GO_MODULE, "uv.lock": _UV, "pnpm-lock.yaml": _PNPM, "yarn.lock": _YARN}


def client_of(lock: str, text: str) -> Software | None:
    """Return the client that a lock file pins, ``None`` if it pins none that is known.

    :param lock: its path, whose last part gives its format.
    :param text: its content; for Go, that of ``go.sum`` or ``go.mod``.
    """
    name = posixpath.basename(lock)
    if name in ("package-lock.json", "lockfile.json"):
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return _of_node(data) if name == "package-lock.json" else _of_maven(data)
    found = _PATTERNS.get(name, _PYTHON).search(text)
    return {"name": found[1], "version": found[2].removesuffix("/go.mod")} if found else None


def _of_node(data: Any) -> Software | None:
    packages = data.get("packages") if isinstance(data, dict) else None
    for name in _NODE:
        entry = packages.get(f"node_modules/{name}") if isinstance(packages, dict) else None
        if isinstance(entry, dict) and isinstance(entry.get("version"), str):
            return {"name": name, "version": entry["version"]}
    return None


def _of_maven(data: Any) -> Software | None:
    dependencies = data.get("dependencies") if isinstance(data, dict) else None
    for entry in dependencies if isinstance(dependencies, list) else ():
        if isinstance(entry, dict) and entry.get("groupId") == "io.weaviate":
            return {"name": f"io.weaviate:{entry.get('artifactId')}", "version": str(entry.get("version"))}
    return None
