"""What decides the result of a build of Go Sources, next to their texts."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from snipproof.run.build_cache import BuildKey
from snipproof.run.runner import Program, RunnerContext
from snipproof.run.runners.go.module import GoModule

# What go reads from a module: see `go help buildconstraint`, `go help c` and `go help mod`; the last is a profile.
_SUFFIXES = frozenset(
    (
        *(".go", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90"),
        *(".s", ".S", ".sx", ".swig", ".swigcxx", ".syso", ".mod", ".sum", ".pgo"),
    )
)
_VENDORED = "modules.txt"
_EMBEDS = b"//go:embed"
_LOCAL_MODULE = re.compile(r"=>\s*[\"`]?(?:/|\.{1,2}(?:[/\"`\s]|$))")
_READS_OTHER_FILES = re.compile(r"^[\"']?-{1,2}(?:modfile|overlay|pgo|toolexec|C)\b")
_UNLISTED = "node_modules"
# Folders of this session, and what is derived from them or changes nothing.
_IGNORED = frozenset(("GOCACHE", "GOGCCFLAGS", "GOTELEMETRYDIR", "GOTMPDIR"))


def build_key(context: RunnerContext, module: GoModule, programs: Sequence[Program]) -> BuildKey | None:
    """Return the key of a build of ``programs``; ``None`` if it reads files that cannot be listed."""
    options = (*context.suite.options, *module.settings.get("GOFLAGS", "").split())
    if any(_READS_OTHER_FILES.match(option) for option in options):
        return None
    # An import leads through links to folders, and into folders that `./...` leaves out.
    hidden = re.compile(rb"[\"`]%b/(?:[^\"`\s]*/)?(?:\.|%b)" % (re.escape(module.name.encode()), _UNLISTED.encode()))
    try:
        files = list(_files(module.folder))
        if _LOCAL_MODULE.search((module.folder / "go.mod").read_text(encoding="utf-8")):
            return None
        texts = [program.bare.encode("utf-8", errors="replace") for program in programs]
        texts += [file.read_bytes() for file in files if file.suffix == ".go"]
        if any(_EMBEDS in text or hidden.search(text) for text in texts):
            return None
        key = BuildKey(context, module.folder, module.version, *module.flags, *context.suite.sources)
        key.add_tool(module.go)
        key.add_tool(shutil.which(module.settings.get("CC", "").partition(" ")[0]) or "")
        key.add(*(f"{name}={value}" for name, value in sorted(module.settings.items()) if name not in _IGNORED))
        key.add_files(module.folder, files)
        key.add_programs(programs)
    except (OSError, UnicodeDecodeError):
        return None
    return key


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a module that a build may read.

    :raises OSError: a folder is a link.
    """
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != _UNLISTED]
        if any(Path(place, name).is_symlink() for name in folders):
            raise OSError("what is behind a link is not listed")
        for name in names:
            path = Path(place, name)
            if (path.suffix in _SUFFIXES or name == _VENDORED) and path.is_file():
                yield path
