"""Writes files atomically: a reader finds the old content or the new one, never a part of either.

A process that is killed while it writes leaves a temporary file, which :func:`remove_leftovers` finds by its name.
Nothing is written outside the root through a link: :func:`outside_root`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from pathlib import Path

from snipproof.errors import SettingsError

_TEMPORARY = re.compile(r"\..+\.([1-9][0-9]*)\.[0-9a-f]{8}")


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Replace the content of ``path`` in one step, or change nothing. Missing folders are created.

    An existing file keeps its mode. A symbolic link is itself replaced: pass a resolved path to write to its target.

    :param durable: whether the data must be on the disk before the file is replaced, so that a power failure loses
        neither; a cache needs no such promise.
    :raises PermissionError: the file exists and is read-only.
    :raises OSError: the file cannot be written; its old content stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent)
    mode = _mode(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    # Never wider open than the file that it replaces, not even while it is written.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if mode is not None:
                os.fchmod(descriptor, mode)
            if durable:
                os.fsync(descriptor)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files in ``folder`` of processes that were killed while they wrote a file."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            found = _TEMPORARY.fullmatch(entry.name)
            if found and entry.is_file(follow_symlinks=False) and not _is_alive(int(found[1])):
                with contextlib.suppress(OSError):
                    (folder / entry.name).unlink()


def write_into_cache(root: Path, path: Path, data: bytes) -> None:
    """Replace the content of ``path``, in a folder of ``root`` for what can be made again, which git ignores.

    Nothing is written if that folder is a link to what may be anybody's.

    :raises OSError: the file cannot be written.
    """
    if outside_root(root, path):
        return
    ignored = path.with_name(".gitignore")
    if not ignored.exists():
        write_whole(ignored, b"*\n", durable=False)
    write_whole(path, data, durable=False)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # of another user
    return True


def _mode(path: Path) -> int | None:
    """Return the mode of the file that ``path`` itself is, ``None`` for a link or where nothing is."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(mode):
        return None
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only")
    return stat.S_IMODE(mode)


def outside_root(root: Path, path: Path) -> Path | None:
    """Return the folder outside of ``root`` to which a link leads on the way to ``path``; ``None`` if none does.

    A path that is not written as one below ``root`` is meant to be elsewhere. The last part of ``path`` does not count,
    since :func:`write_whole` replaces a link.
    """
    if not Path(os.path.abspath(path)).is_relative_to(os.path.abspath(root)):  # noqa: PTH100 (links stay unresolved)
        return None
    folder = Path(os.path.realpath(path.parent))
    return None if folder.is_relative_to(os.path.realpath(root)) else folder


def require_inside(root: Path, path: Path, name: str) -> None:
    """Refuse to write ``path``, called ``name`` in the message, through a link that leads outside of ``root``.

    :raises SettingsError: such a link is on the way.
    """
    if folder := outside_root(root, path):
        hint = "replace the link by a folder, or name a file elsewhere"
        raise SettingsError(f"{name}: not written, since a link leads to {folder}, outside of the root", hint)
