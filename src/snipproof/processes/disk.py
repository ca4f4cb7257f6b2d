"""Folders that cannot be used: one error that names the folder, of whatever kind the disk's error is."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from snipproof.errors import InfrastructureError

TEMPORARY_HINT = "free some space, or set TMPDIR to another folder"
CACHE_HINT = "free some space, or set cache-dir (SNIPPROOF_CACHE_DIR) to another folder"
_REQUIRED = 1 << 20  # bytes; a run needs more


@contextlib.contextmanager
def disk_errors(folder: Path, hint: str) -> Iterator[None]:
    """Raise an OSError of the block as an InfrastructureError that names ``folder``, unless it is one of a network.

    :param hint: what the user can do about it.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or isinstance(error, (ConnectionError, TimeoutError)):
            raise
        raise _failure(folder, error, hint) from None


def require_space(folder: Path, hint: str) -> None:
    """Check that a file of 1 MiB can be written in ``folder``: quotas and limits count, as the disk's size does.

    :raises InfrastructureError: it cannot.
    """
    with disk_errors(folder, hint), tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(_REQUIRED))
        file.flush()


def _failure(folder: Path, error: OSError, hint: str) -> InfrastructureError:
    place = str(error.filename or "")
    inside = f" ({place})" if place and place != str(folder) else ""
    return InfrastructureError(f"{folder} cannot be used: {error.strerror or error}{inside}", hint)
