"""Decodes a RecordedCall into the Exchange that an Expectation can be compared with."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from snipproof.services.recorder.recording import Body, Exchange, RecordedCall

_GRAPHQL = "POST /v1/graphql"
_MAX_DECOMPRESSED = 64 << 20  # bytes
_SEARCHES = frozenset({"Search", "Aggregate"})


def decode(call: RecordedCall) -> Exchange:
    """Return the Exchange of ``call``. What cannot be decoded is its error."""
    return _decode_grpc(call) if call.grpc else _decode_http(call)


def _decode_http(call: RecordedCall) -> Exchange:
    request, request_error = _json(call.request, call.request_headers, "request")
    response, response_error = _json(call.response, call.response_headers, "response")
    if call.status >= 400 and response is None:
        response_error = response_error or f"the response is an error: {call.status}"
    return Exchange(
        after=call.after,
        name=call.name,
        request=request,
        response=None if call.error else response,
        search=call.name.partition("?")[0] == _GRAPHQL,
        error=call.error or response_error or request_error,
    )


def _json(body: Body, headers: dict[str, str], part: str) -> tuple[Any, str]:
    """Return the data of a body, and the error if there is one. ``part`` names the body in it."""
    if not body.kept:
        return None, _too_large(body, part)
    if not body.size:
        return None, ""
    try:
        data = _decompress(body.data, headers.get("content-encoding", "identity").strip().lower())
        return json.loads(data, parse_float=Decimal), ""
    except (ValueError, RecursionError) as error:
        return None, f"the {part} is not JSON ({headers.get('content-type', 'no content type')}): {error}"


def _decompress(data: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return data
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise ValueError(f"unsupported content encoding {encoding}")
    # In HTTP, deflate means a zlib stream.
    decoder = zlib.decompressobj(15 if encoding == "deflate" else 31)
    try:
        plain = decoder.decompress(data, _MAX_DECOMPRESSED)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not decoder.eof:
        raise ValueError("too large, or the compressed data is cut off")
    return plain


def _too_large(body: Body, part: str) -> str:
    return f"the {part} is too large to keep: {body.size:,} bytes"


def _decode_grpc(call: RecordedCall) -> Exchange:
    # Late: a Source that uses HTTP only needs no protobuf.
    from snipproof.services.recorder.protobuf_messages import find_method, parse_messages, split_messages, to_data
    from snipproof.services.recorder.search_replies import aggregate_reply, search_reply

    name = call.name.rpartition("/")[2]
    method = find_method(call.name)
    request = response = None
    error = "" if method else "unknown method"
    try:
        requests, responses = [], []
        if method and call.request.kept:
            bodies = split_messages(call.request.data, call.request_headers.get("grpc-encoding", ""))
            requests = parse_messages(method.request, bodies)
            request = _data(map(to_data, requests), stream=method.request_streams)
        if method and call.response.kept:
            bodies = split_messages(call.response.data, call.response_headers.get("grpc-encoding", ""))
            responses = parse_messages(method.response, bodies)
        if method and not call.error and responses:
            convert = {"Search": search_reply, "Aggregate": aggregate_reply}.get(name)
            if convert and requests:
                response = convert(requests[0], responses[0])
            else:
                response = _data(map(to_data, responses), stream=method.response_streams)
    except (ValueError, RecursionError) as failure:
        error = f"failed to decode: {failure}"
    for body, part in ((call.response, "response"), (call.request, "request")):
        error = error if body.kept else _too_large(body, part)
    return Exchange(call.after, name, request, response, name in _SEARCHES, call.error or error)


def _data(messages: Iterable[Any], *, stream: bool) -> Any:
    """Return the messages of a stream; else the only one, ``None`` if it is missing."""
    found = list(messages)
    return found if stream else found[0] if found else None
