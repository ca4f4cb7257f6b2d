"""Writes the text of a suite file, with comments on what its Sources need and where that was found."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING

from snipproof.init.needs import NeedKind
from snipproof.text import plural, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snipproof.init.needs import Needs
    from snipproof.init.proposals import ProposedSuite

CLUSTER = "docs.weaviate.cloud"
KEY = "dummy-key"

_FOUND = (
    NeedKind.CLOUD, NeedKind.PROVIDER, NeedKind.CONTAINER, NeedKind.PORT, NeedKind.DATA, NeedKind.DOWNLOAD,
    NeedKind.OIDC,
)  # fmt: skip
_NAMED = 5
# What snipproof gives to every Source, or finds out itself.
_GIVEN = re.compile(r"HOME|PATH|TMPDIR|TZ|LANG|PYTHON\w+|NODE_\w+|\w*SSL_\w+")
_CLUSTER = re.compile(r"WEAVIATE|WCD|WCS|CLUSTER")
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL")


def suite_text(suite: ProposedSuite) -> str:
    """Return the text of the file of ``suite``."""
    lines = [*_header(suite), *_keys(suite)]
    return "\n".join([*lines, *_environment(suite)]) + "\n"


def example_text(suite: ProposedSuite) -> str:
    """Return the keys that the file of ``suite`` begins with, without comments and without variables."""
    return "\n".join(_keys(suite)) + "\n"


def _keys(suite: ProposedSuite) -> list[str]:
    lines = [f"flavour: {_quoted(suite.flavour)}", f"language: {suite.language.name}"]
    patterns = [_quoted(pattern) for pattern in suite.sources]
    lines += [f"sources: [{patterns[0]}]"] if len(patterns) == 1 else ["sources:", *(f"  - {p}" for p in patterns)]
    lines += [f"lock: {_plain(suite.lock)}"] if suite.lock else []
    lines.append("network: auto")
    services = [service_name(name) for name in suite.needs.names(NeedKind.PORT)]
    if services:
        lines.append(f"services: [{', '.join(['weaviate', *dict.fromkeys(services)])}]")
    return lines


def service_name(port: str) -> str:
    """Return the name of the Service for a documented port, ``8090:50061`` or ``8090``."""
    return f"port-{port.partition(':')[0]}"


def _header(suite: ProposedSuite) -> Iterator[str]:
    found = [line for kind in _FOUND for line in _found(suite.needs, kind)]
    if suite.missing:
        yield f"# Not in `suites` of the settings yet: {suite.missing}."
    if found:
        yield "# What its Sources need, as far as reading them shows:"
        yield from found
    if suite.left_out:
        yield "# Not among them, since a run could not collect them:"
        yield from (f"# - {path}: {shorten(reason, 150)}" for path, reason in suite.left_out.items())


def _found(needs: Needs, kind: NeedKind) -> Iterator[str]:
    places = needs.sources(kind)
    if not places:
        return
    names = [name for name in needs.names(kind) if name]
    if kind is NeedKind.DATA:
        names = [_with_creator(needs, name) for name in names]
    if kind is NeedKind.DOWNLOAD:
        names = list(dict.fromkeys(name.partition("/")[0] for name in names))
    shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    yield f"# - {kind}{': ' * bool(shown)}{shown} ({plural(len(places), 'Source')}, such as {places[0]})"


def _with_creator(needs: Needs, name: str) -> str:
    creator = needs.created.get(name)
    return f"{name} [created in {posixpath.basename(creator)}]" if creator else name


def _environment(suite: ProposedSuite) -> Iterator[str]:
    found = suite.needs.places.get(NeedKind.VARIABLE, {})
    names = [name for name in suite.needs.names(NeedKind.VARIABLE) if not _GIVEN.fullmatch(name)]
    if not names:
        return
    yield "# Values that are no secrets; name a variable in `run.env` of the settings instead to pass yours."
    yield "env:"
    for name in names:
        value = placeholder(name, suite.language.name)
        yield f"  {name}: {_quoted(value)}  # {found[name][0]}"


def placeholder(name: str, language: str) -> str:
    """Return a value for the variable ``name``, with which a Source connects to a server of the run or a stand-in."""
    upper = name.upper()
    if _SECRET.search(upper):
        return KEY
    if "SCHEME" in upper:
        return "https"
    if upper.endswith("PORT"):
        return "8080"
    is_address = upper.endswith(("URL", "URI", "ENDPOINT"))
    is_host = upper.endswith(("HOST", "HOSTNAME", "CLUSTER", "DOMAIN"))
    if not (is_address or is_host):
        return "dummy"
    host = CLUSTER if _CLUSTER.search(upper) else "example.com"
    if "GRPC" in upper:
        host = f"grpc-{host}"
    # Weaviate's client for Go wants a host, whatever the variable is called.
    return f"https://{host}" if is_address and language != "go" else host


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _plain(text: str) -> str:
    return text if re.fullmatch(r"[\w./-]+", text) else _quoted(text)
