"""Lends the servers of a watcher to another run of the same checkout; see ``services/weaviate/borrowed.py``."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from snipproof.errors import InfrastructureError
from snipproof.run.server_states import restore
from snipproof.services.weaviate.borrowed import as_message, settings_digest

if TYPE_CHECKING:
    from snipproof.watch.request_socket import Client
    from snipproof.watch.work import Work


def why_not(work: Work, message: dict[str, Any]) -> str:
    """Return why the servers that another run requests are not lent now, ``""`` if they are."""
    proving, names = work.session.proving, message.get("services")
    if not isinstance(names, list) or not names:
        return "the request requires a list of names as `services`"
    if message.get("settings") != settings_digest(proving.settings):
        return "it has other settings"
    if proving.settings.providers or proving.settings.oidc.issuer:
        return "its settings have `providers` or `oidc`, which one session has for itself"
    if work.state != "idle":
        return f"it is {'lending them already' if work.state == 'lent' else work.state}"
    if missing := [str(name) for name in names if name not in proving.prover.servers]:
        return f"it does not have {', '.join(missing)}"
    return ""


def lend(work: Work, client: Client, names: Sequence[str]) -> None:
    """Lend servers until the other run closes its connection; what is stored on them is stored again afterwards."""
    proving = work.session.proving
    if not work.check_servers():
        client.fail("one of its servers has ended")
        return
    work.state = "lent"
    work.screen.line("services: lent to another run")
    try:
        with work.events.interruptible():
            states = [proving.prover.states.of(name) for name in names]
            for state in states:
                state.mark()
                state.clear()
            servers = {name: as_message(proving.prover.servers[name]) for name in names}
            vectorizer = proving.prover.services.vectorizer_url
            renewable = sorted(proving.prover.services.renewable)
            client.send({"event": "lent", "servers": servers, "renewable": renewable, "vectorizer": vectorizer})
            for message in client.messages():
                _serve(work, client, message)
            with contextlib.suppress(InfrastructureError):  # a server that was replaced by a fresh one
                restore(states)
            restore(states)
            work.screen.line("services: given back")
    except InfrastructureError as error:
        client.fail(error.message)
        if not work.check_servers():
            return
        work.begin_again(error.message, ())
    finally:
        work.state = "idle"
        client.close()


def _serve(work: Work, client: Client, message: dict[str, Any]) -> None:
    """Do what the other run requests of one of its servers."""
    server = work.session.proving.prover.services.renewable.get(str(message.get("service")))
    if server is None:
        client.send({"event": "error", "message": "this server cannot be replaced by a fresh one"})
    elif message.get("request") == "renew":
        try:
            server.renew(str(message.get("reason")))
            client.send({"event": "renewed"})
        except InfrastructureError as error:
            client.send({"event": "error", "message": error.message})
    else:
        client.send({"event": "exports", "ids": sorted(server.exports())})
