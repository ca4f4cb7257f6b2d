"""The network that Sources see: the hosts and ports that docs show lead to the Services of this session."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from snipproof.processes.session_folder import SessionFolder
from snipproof.services.network.certificates import TRUSTSTORE_PASSWORD, Authority
from snipproof.services.network.names import PORT, NameServer
from snipproof.services.network.namespace import Namespace
from snipproof.services.network.relay import Relay
from snipproof.services.network.routes import Routes
from snipproof.services.network.wall import Wall

HTTPS = 443
HTTP = 80
#: Where a Weaviate of the reader listens in docs.
REST = 8080
#: Loopback has many addresses. Each Service has one of its own, so that it has all ports, too.
WEAVIATE_ADDRESS, PROVIDERS_ADDRESS = "127.0.0.1", "127.0.0.2"
DOWNLOADS_ADDRESS, IDENTITY_ADDRESS = "127.0.1.1", "127.0.1.2"

_FILES = {
    "resolv.conf": "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n",
    "hosts": "127.0.0.1 localhost\n",
    # Other sources of names, such as systemd's, have a socket of their own that leads out.
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
_ETC = Path("/etc")


class DocumentedNetwork:
    """A :class:`Namespace` in which some hosts exist, with certificates that every runtime in it trusts.

    All hosts are this machine: which Service answers is decided by the address that the host has. No other host exists,
    and nothing leads out.
    """

    def __init__(self, namespace: Namespace, authority: Authority, routes: Routes) -> None:
        self.namespace = namespace
        self.authority = authority
        #: The Service that answers at each documented port and host of one.
        self.routes = routes
        self._hosts: list[tuple[Callable[[str], bool], str]] = [
            (lambda host: routes.at_host(host) is not None, WEAVIATE_ADDRESS)
        ]
        self._names = NameServer(namespace.listen(PORT, udp=True), self.address_of)
        self._shown: set[Path] = set()
        self._relays: list[Relay] = []
        #: Values of placeholders in Bindings, as they are in this network.
        self.addresses: dict[str, str] = {}

    @classmethod
    def start(cls, session: SessionFolder, routes: Routes) -> DocumentedNetwork:
        """Start it.

        :param routes: of the Services of this session.
        :raises NamespaceError: the platform does not allow it.
        """
        folder = session.subfolder("network-files")
        with contextlib.ExitStack() as stack:
            namespace = Namespace.start(session)
            stack.callback(namespace.stop)
            for name, text in _FILES.items():
                (folder / name).write_text(text, encoding="ascii")
                if (place := (_ETC / name).resolve()).exists():  # without one, these are the defaults of most systems
                    namespace.show(folder / name, place)
            network = cls(namespace, Authority(folder), routes)
            stack.pop_all()
            return network

    def add_hosts(self, is_one: Callable[[str], bool], address: str) -> None:
        """Add the hosts for which ``is_one`` returns true, with ``address``, unless they exist already.

        :param is_one: called with a host in lower case, in any thread.
        """
        self._hosts.append((is_one, address))

    def address_of(self, host: str) -> str | None:
        """Return the address of ``host`` in this network, ``None`` if it does not exist."""
        return next((address for is_one, address in self._hosts if is_one(host.lower())), None)

    def unknown_hosts(self) -> tuple[str, ...]:
        """Return the hosts that were looked up since the last call and do not exist, and ports of other Services."""
        return (*self._names.unknown(), *self.routes.refused())

    def environment(self) -> dict[str, str]:
        """Return the environment variables by which runtimes and clients trust the certificates of this network."""
        bundle, truststore = str(self.authority.bundle), str(self.authority.truststore)
        java = f"-Djavax.net.ssl.trustStore={truststore} -Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD}"
        return {
            "SSL_CERT_FILE": bundle,  # OpenSSL, so Python's ssl too, and Go
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": bundle,
            "REQUESTS_CA_BUNDLE": bundle,
            "CURL_CA_BUNDLE": bundle,
            "NODE_EXTRA_CA_CERTS": bundle,
            "JAVA_TOOL_OPTIONS": java,
        }

    def trust_in(self, environment: Path) -> None:
        """Make the Python packages of ``environment`` trust the certificates of this network.

        Clients that ignore the variables of :meth:`environment` use the file of ``certifi``.
        """
        for file in environment.glob("lib/python*/site-packages/certifi/cacert.pem"):
            if file not in self._shown:
                self.namespace.show(self.authority.bundle, file)
                self._shown.add(file)

    def enter(self, command: Sequence[str], cwd: Path, wall: Wall | None = None) -> list[str]:
        """Return the command that runs ``command`` in this network, with the working directory ``cwd``.

        :param wall: the wall around it, if it has one.
        """
        if wall:
            wall = replace(wall, readable=(*wall.readable, self.authority.bundle.parent))
        return self.namespace.enter(command, cwd, wall)

    def reach(self, *ports: int) -> tuple[int, ...]:
        """Return ports of this machine that lead to ``ports`` in this network, until it is stopped."""
        relays = [Relay(self.namespace, port) for port in ports]
        self._relays += relays
        return tuple(relay.port for relay in relays)

    def release(self, *ports: int) -> None:
        """Free some of the ports that :meth:`reach` returned."""
        for relay in [relay for relay in self._relays if relay.port in ports]:
            relay.stop()
            self._relays.remove(relay)

    def stop(self) -> None:
        """Stop it, and end every process in it."""
        for relay in self._relays:
            relay.stop()
        self._names.stop()
        self.namespace.stop()
