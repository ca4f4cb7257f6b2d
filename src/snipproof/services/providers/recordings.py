"""Answers requests to providers from recordings, and records what providers answer."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath

from snipproof.errors import DocsError, SettingsError
from snipproof.files import require_inside
from snipproof.model import Suite
from snipproof.redaction import redact
from snipproof.services.providers.cleaning import clean_query, cleaned, keys_of, normalised
from snipproof.services.providers.differing import nearest
from snipproof.services.providers.exchange import ProblemError, Request, Response, text_at
from snipproof.services.providers.list_items import assembled
from snipproof.services.providers.modes import Mode
from snipproof.services.providers.recording_file import Recorded, Sent, read_recordings, write_recordings
from snipproof.text import shorten

_STAND_IN_KEY = "stand-in"  # that of the server
_NO_KEY = "no key was sent: the Source has to send one, such as in a header of the client, since the server has none"
_ENDING = ".jsonl"


def suite_folder(suite: str) -> PurePosixPath:
    """Return the folder for the recordings of the Suite at this path, relative to that of all recordings."""
    path = PurePosixPath(suite)
    parts = [part for part in path.parent.parts if part not in ("..", "/")]
    return PurePosixPath(*parts, *([] if path.stem == "suite" else [path.stem]))


def file_name(host: str) -> str:
    """Return the name of the file with the recordings of ``host``, which may have a port."""
    return re.sub(r"[^a-z0-9._-]", "_", host.lower()) + _ENDING


def sent_of(request: Request) -> Sent:
    """Return ``request`` as it is compared."""
    query = clean_query(request.query)
    return Sent(request.method, f"{request.path}?{query}" if query else request.path, normalised(request.body))


class Recordings:
    """The recordings of the Suite that runs now. Thread-safe.

    :param folder: for the recordings of all Suites; ``name`` is how messages call it.
    :param secrets: values that must not be in them, by name.
    :param contact: sends a request to a provider.
    :param lock: returns what keeps other workers from writing at the same time.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        secrets: Mapping[str, str],
        contact: Callable[[Request, Mode], Response],
        lock: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._folder = folder
        self._name = name
        self._secrets = dict(secrets)
        self._contact = contact
        self._locked = lock
        self._suite: PurePosixPath | None = None
        self._known: dict[PurePosixPath, dict[str, dict[str, Recorded]]] = {}  # by folder, file and request
        self._new: dict[tuple[PurePosixPath | None, str], dict[str, Recorded]] = {}
        self._stored: dict[tuple[PurePosixPath | None, str], dict[str, Recorded]] = {}
        self._lock = threading.Lock()

    def begin(self, suite: Suite) -> None:
        """Answer from the recordings of ``suite`` from now on.

        :raises SettingsError: one of them is damaged, is of another model, or holds a key, with its place.
        """
        folder = suite_folder(suite.path)
        known = self._known.get(folder)
        if known is None:
            names = sorted(path.name for path in (self._folder / folder).glob(f"*{_ENDING}"))
            known = {name: self._read(folder, name) for name in names}
        with self._lock:
            self._suite, self._known[folder] = folder, known

    def replay(self, request: Request, name: str, *, anywhere: bool = False) -> Response:
        """Return what the host called ``name`` answered to ``request``.

        :param anywhere: whether recordings of other Suites count, too: a fixture may belong to several.
        :raises ProblemError: that was not recorded.
        """
        sent, file = sent_of(request), file_name(name)
        with self._lock:
            own = self._known[self._suite].get(file, {}) if self._suite else {}
            place = f"{self._name}/{self._suite / file}" if self._suite else self._name
        for known in (own, *(self._others(file) if anywhere else ())):
            if found := known.get(sent.key):
                return Response(found.status, found.body)
            if (body := assembled(sent, known.values())) is not None:
                return Response(200, body)
        reason = f"{sent.method} {name}{sent.path} is not recorded in {place}{nearest(sent, own.values())}"
        raise ProblemError(reason, f"record it with a key of your own: --snippets-providers record={name}")

    def _others(self, file: str) -> Iterator[dict[str, Recorded]]:
        for path in sorted(self._folder.rglob(file)):
            folder = PurePosixPath(path.parent.relative_to(self._folder).as_posix())
            if folder != self._suite:
                try:
                    yield self._read(folder, file)
                except SettingsError as error:
                    raise ProblemError(error.message, error.hint) from None

    def record(self, request: Request, name: str, mode: Mode) -> Response:
        """Return what the provider answers, without what :func:`cleaned` removes, and remember it.

        :raises ProblemError: the provider cannot be reached or reports an error, or sends what cannot be recorded.
        """
        sent, file = sent_of(request), file_name(name)
        with self._lock:
            suite = self._suite
            if known := self._new.get((suite, file), {}).get(sent.key):
                return Response(known.status, known.body)
        if isinstance(request.body, dict) and request.body.get("stream") is True:
            raise ProblemError(f"{name} is to answer with a stream, which cannot be recorded")
        response = self._contact(request, mode)
        if response.status == 429:  # clients wait, and try again
            return response
        if not 200 <= response.status < 300:
            keys = keys_of(request.headers, request.query, request.body)
            message = redact(_message(response), keys)
            hint = _NO_KEY if _STAND_IN_KEY in keys.values() else ""
            raise ProblemError(f"record: {name} answered with {response.status}: {message}", hint)
        if not response.kind.startswith("application/json"):
            raise ProblemError(f"{name} answered with {response.kind}, and only JSON can be recorded")
        found = Recorded(sent, response.status, cleaned(response.body), _today())
        sent_keys = keys_of(request.headers, request.query, request.body)
        keys = {f"the header or parameter {key}": value for key, value in sent_keys.items()}
        with self._lock:
            self._secrets |= {key: value for key, value in keys.items() if value != _STAND_IN_KEY}
            self._new.setdefault((suite, file), {})[sent.key] = found
        return Response(found.status, found.body, headers=response.headers)

    def store(self) -> None:
        """Write what was recorded since the last call into the files of its Suites; other recordings there stay.

        :raises DocsError: a recording holds a key; that file is not written, and what is new for it is forgotten.
        :raises SettingsError: a file that exists is damaged, or a link leads out of the folder.
        """
        with self._lock:
            new, secrets = {key: dict(found) for key, found in self._new.items()}, dict(self._secrets)
        for (folder, file), found in new.items():
            if folder is None or found.keys() <= self._stored.get((folder, file), {}).keys():
                continue
            with self._locked():
                merged = self._read(folder, file) | found
                path, name = self._folder / folder / file, f"{self._name}/{folder / file}"
                require_inside(self._folder, path, name)
                try:
                    write_recordings(path, name, merged.values(), secrets)
                except DocsError:
                    with self._lock:
                        del self._new[folder, file]
                    raise
            self._stored[folder, file] = found

    def _read(self, folder: PurePosixPath, file: str) -> dict[str, Recorded]:
        return read_recordings(self._folder / folder / file, f"{self._name}/{folder / file}", self._secrets)


def days_of(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each file of recordings below ``folder``, relative to it, with the days of its recordings."""
    for path in sorted(folder.rglob(f"*{_ENDING}")):
        text = path.read_text(encoding="utf-8", errors="replace")
        yield path.relative_to(folder).as_posix(), re.findall(r'"recorded": "(\d{4}-\d\d-\d\d)", "digest"', text)


def _message(response: Response) -> str:
    """Return what a provider reports as an error."""
    body = response.body
    for keys in (("error", "message"), ("message",), ("detail",), ("error",)):
        if text := text_at(body, *keys):
            return shorten(text)
    return shorten(body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body))


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
