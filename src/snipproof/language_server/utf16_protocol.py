"""Which columns the server and its client count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol, lsp_method

if TYPE_CHECKING:
    from collections.abc import Generator


class Utf16Protocol(LanguageServerProtocol):
    """The protocol with columns in UTF-16 code units, which every client knows, whatever else a client prefers."""

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Answer the request that begins a session."""
        if params.capabilities.general:
            params.capabilities.general.position_encodings = [types.PositionEncodingKind.Utf16]
        return (yield from super().lsp_initialize(params))

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """Answer the request that ends a session, with all other requests canceled."""
        # As pygls does, whose loop fails because requests that are canceled are removed meanwhile.
        for number, waiting in list(self._request_futures.items()):
            if number != self.msg_id and not waiting.done():
                waiting.cancel()
        return (yield from super().lsp_shutdown(*args))
