"""The providers of models in the documented network: which hosts exist, and what answers for each of them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

from snipproof.config import Settings
from snipproof.errors import SettingsError
from snipproof.model import Suite
from snipproof.processes.cache_folder import cache_folder
from snipproof.processes.lock import locked
from snipproof.redaction import read_variables
from snipproof.services.http_server import HttpServer
from snipproof.services.network.documented import (
    HTTP,
    HTTPS,
    PROVIDERS_ADDRESS,
    REST,
    WEAVIATE_ADDRESS,
    DocumentedNetwork,
)
from snipproof.services.network.namespace import NamespaceError
from snipproof.services.providers.contact import contact
from snipproof.services.providers.exchange import ProblemError, Request, Response
from snipproof.services.providers.models import Models, Vector
from snipproof.services.providers.modes import LIVE, RECORD, REPLAY, STAND_IN, Mode, Modes
from snipproof.services.providers.provider_server import ProviderHandler
from snipproof.services.providers.recordings import Recordings
from snipproof.services.providers.sentence_model import SentenceModel, require_model
from snipproof.services.providers.stand_in import PROTOCOLS, answer, error_response, protocols_of

_LOCAL = "localhost"
_NOT_RECORDED = 422  # no client tries it again

Answers = Mapping[str, Callable[[Request, str, Mode], Response]]
"""What answers in each kind of mode, to a client that names the host in the second argument."""


class Answered(NamedTuple):
    """A host for which a model has answered.

    ``name`` is how clients call it, ``kind`` that of its mode, ``since`` the number of probe events of the Source that
    was running before the first answer.
    """

    name: str
    kind: str
    since: int


class Problem(NamedTuple):
    """Why a request could not be answered, what to do about it, and the number of probe events before it."""

    reason: str
    hint: str
    since: int


class Providers:
    """The hosts of providers that the settings name, and what answers for them until :meth:`stop`.

    :param modes: those of ``settings.providers``.
    :param position: returns the number of probe events of the Source that is running.
    """

    def __init__(self, modes: Mapping[str, str], answers: Answers, position: Callable[[], int] = lambda: 0) -> None:
        self._modes = Modes(modes, lambda host: bool(protocols_of(host)))
        self._answers = answers
        self._servers: list[HttpServer] = []
        self._taken = {REST}  # ports of this machine at which the docs show servers
        self._answered: dict[tuple[str, str], int] = {}
        self._problems: list[Problem] = []
        self._position = position
        self._lock = threading.Lock()
        self._stack = contextlib.ExitStack()
        self._recordings: Recordings | None = None

    @classmethod
    def start(
        cls,
        settings: Settings,
        network: DocumentedNetwork,
        position: Callable[[], int] = lambda: 0,
        log: Callable[[str], None] = lambda _: None,
    ) -> Providers:
        """Listen in ``network``, where the hosts of ``settings.providers`` exist from now on.

        :param position: returns the number of probe events of the Source that is running.
        :param log: called with a line for the user about a step that takes time.
        :raises SettingsError: the package of the sentence model is missing, or a port is that of another Service.
        """
        answers: dict[str, Callable[[Request, str, Mode], Response]] = {}
        providers = cls(settings.providers, answers, position)
        kinds = providers._modes.kinds
        if STAND_IN in kinds:
            require_model(settings.origin("providers"))
            sentences = SentenceModel(cache_folder(settings) / "providers" / "vectors.sqlite")
            providers._stack.callback(sentences.close)
            models = Models(sentences.embed, _Pictures().embed)
            answers[STAND_IN] = lambda request, _, __: answer(request, models)
        if kinds - {STAND_IN}:
            recordings = providers._recordings = _recordings(settings, log)
            answers[REPLAY] = lambda request, name, _: recordings.replay(request, name, anywhere=position() == 0)
            answers[RECORD] = recordings.record
            answers[LIVE] = lambda request, _, mode: contact(request, mode)
        try:
            providers._listen(network, settings)
        except BaseException:
            providers.stop()
            raise
        network.add_hosts(providers.knows, PROVIDERS_ADDRESS)
        return providers

    @property
    def kinds(self) -> list[str]:
        """The kinds of modes in use, such as ``stand-in``."""
        return sorted(self._modes.kinds)

    def knows(self, host: str) -> bool:
        """Return whether ``host``, in lower case, is one of them."""
        return self._modes.knows(host)

    def begin(self, suite: Suite) -> None:
        """Answer from the recordings of ``suite`` from now on.

        :raises SettingsError: a recording is damaged, is of another model, or holds a key, with its place.
        """
        if self._recordings:
            self._recordings.begin(suite)

    def store(self) -> None:
        """Write what was recorded.

        :raises DocsError: it holds a key.
        """
        if self._recordings:
            self._recordings.store()

    def answered(self) -> tuple[Answered, ...]:
        """Return the hosts for which a model has answered since the last call, in the order of their first answers."""
        with self._lock:
            found = tuple(Answered(*key, since) for key, since in self._answered.items())
            self._answered.clear()
        return found

    def problems(self) -> tuple[Problem, ...]:
        """Return why requests since the last call could not be answered, each reason once."""
        with self._lock:
            found = tuple({each.reason: each for each in reversed(self._problems)}.values())
            self._problems.clear()
        return found[::-1]

    def respond(self, request: Request, name: str) -> Response:
        """Return the response to ``request``, for a client that named the host ``name``, with a port or without."""
        position = self._position()
        mode = self._modes.of(request.host, name)
        try:
            response = self._answers[mode.kind](request, name, mode)
        except ProblemError as error:
            with self._lock:
                self._problems.append(Problem(str(error), error.hint, position))
            return error_response(_NOT_RECORDED, str(error))
        if request.method == "POST" and response.status == 200:
            with self._lock:
                self._answered.setdefault((name, mode.kind), position)
        return response

    def reject(self, reason: str, host: str = "", name: str = "") -> None:
        """Note why a request could not be read. That it gets an error is enough where a stand-in answers.

        :param host: its host, if it is known, which clients call ``name``.
        """
        if host and self._modes.of(host, name).kind == STAND_IN:
            return
        position = self._position()
        with self._lock:
            self._problems.append(Problem(reason, "", position))

    def stop(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.stop()
        self._servers.clear()
        self._stack.close()

    def _listen(self, network: DocumentedNetwork, settings: Settings) -> None:
        self._taken |= set(network.routes.ports)

        def listen(address: str, at: int, host: str = "") -> None:
            class Handler(ProviderHandler):
                knows = self.knows
                respond = self.respond
                reject = self.reject
                fixed_host = host
                port = at

            context = network.authority.server_context() if at == HTTPS else None
            try:
                listener = network.namespace.listen(at, host=address)
            except NamespaceError as error:
                place = settings.origin("providers", f"{_LOCAL}:{at}")
                raise SettingsError(f"{place} port {at} of {host or address} cannot be used: {error}") from None
            self._servers.append(HttpServer(Handler, listener=listener, context=context))

        for port in sorted({HTTP, HTTPS, *self._ports(local=False)}):
            listen(PROVIDERS_ADDRESS, port)
        for port, host in self._ports(local=True).items():
            listen(WEAVIATE_ADDRESS, port, host)

    def _ports(self, *, local: bool) -> dict[int, str]:
        """Return the further ports of this machine, or of the providers' hosts; with the host whose protocol it has."""
        ports = {port: host for host, port in self._modes.hosts if port and local is (host == _LOCAL)}
        for protocol in PROTOCOLS:
            if self._modes.has_default or (not local and any(map(self.knows, protocol.hosts))):
                # Where the docs show a provider on the reader's machine, it is not Weaviate.
                ports |= {port: protocol.hosts[0] for port in protocol.ports if not (local and port in self._taken)}
        return ports


def _recordings(settings: Settings, log: Callable[[str], None]) -> Recordings:
    lock = cache_folder(settings) / "providers" / "recordings.lock"

    def keep_others_away() -> contextlib.AbstractContextManager[None]:
        lock.parent.mkdir(parents=True, exist_ok=True)
        return locked(lock, "the recordings", "writing", log)

    secrets = read_variables(settings.run.env)
    return Recordings(settings.home / settings.recordings, settings.recordings, secrets, contact, keep_others_away)


class _Pictures:
    """The image model, loaded on first use. Thread-safe."""

    def __init__(self) -> None:
        self._embed: Callable[[bytes], Vector] | None = None
        self._lock = threading.Lock()

    def embed(self, picture: bytes) -> Vector:
        with self._lock:
            if self._embed is None:
                from snipproof.services.vectorizer import Embedder  # importing it takes a while

                self._embed = Embedder().embed
        return self._embed(picture)
