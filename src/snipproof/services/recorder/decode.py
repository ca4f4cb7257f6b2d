"""What a recorded RecordedCall says: the Exchange that an Expectation can be compared with."""

from __future__ import annotations

import json
import zlib
from decimal import Decimal
from typing import Any

from snipproof.services.recorder.exchange import Exchange
from snipproof.services.recorder.recording import Body, RecordedCall

_GRAPHQL = "POST /v1/graphql"
_LARGEST = 64 << 20  # of a body that is decompressed
_SEARCHES = frozenset({"Search", "Aggregate"})


def decode(call: RecordedCall) -> Exchange:
    """Return the Exchange of ``call``."""
    return _decode_grpc(call) if call.grpc else _decode_http(call)


def _decode_http(call: RecordedCall) -> Exchange:
    request, ask_trouble = _json(call.request, call.asked, "request")
    response, trouble = _json(call.response, call.told, "reply")
    if call.status >= 400 and response is None:
        trouble = trouble or f"the reply is an error: {call.status}"
    return Exchange(
        after=call.after,
        name=call.name,
        request=request,
        response=None if call.trouble else response,
        search=call.name.partition("?")[0] == _GRAPHQL,
        trouble=call.trouble or trouble or ask_trouble,
    )


def _json(body: Body, headers: dict[str, str], what: str) -> tuple[Any, str]:
    """Return the data of a body, and what is wrong with it."""
    if not body.kept:
        return None, _too_large(body, what)
    if not body.size:
        return None, ""
    try:
        data = _plain(body.data, headers.get("content-encoding", "identity").strip().lower())
        return json.loads(data, parse_float=Decimal), ""
    except (ValueError, RecursionError) as error:
        return None, f"the {what} is no JSON ({headers.get('content-type', 'without a type')}): {error}"


def _plain(data: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return data
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise ValueError(f"it is encoded as {encoding}")
    # The name deflate stands for a zlib stream.
    decoder = zlib.decompressobj(15 if encoding == "deflate" else 31)
    try:
        plain = decoder.decompress(data, _LARGEST)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not decoder.eof:
        raise ValueError("it is too large, or its compressed form is cut off")
    return plain


def _too_large(body: Body, what: str) -> str:
    return f"the {what} was too large to be kept: {body.size:,} bytes"


def _decode_grpc(call: RecordedCall) -> Exchange:
    # Only now: a Source that speaks HTTP alone needs no protobuf.
    from snipproof.services.recorder.aggregate import aggregate_reply
    from snipproof.services.recorder.protobuf_messages import method, parse_all, split, to_data
    from snipproof.services.recorder.search_replies import search_reply

    name = call.name.rpartition("/")[2]
    known = method(call.name)
    request = response = None
    trouble = "" if known else "its messages are not known"
    try:
        asked, told = [], []
        if known and call.request.kept:
            asked = parse_all(known.request, split(call.request.data, call.asked.get("grpc-encoding", "")))
            request = _only(map(to_data, asked), streams=known.request_streams)
        if known and call.response.kept:
            told = parse_all(known.reply, split(call.response.data, call.told.get("grpc-encoding", "")))
        if known and not call.trouble and told:
            shape = {"Search": search_reply, "Aggregate": aggregate_reply}.get(name)
            if shape and asked:
                response = shape(asked[0], told[0])
            else:
                response = _only(map(to_data, told), streams=known.reply_streams)
    except (ValueError, RecursionError) as error:
        trouble = f"it cannot be decoded: {error}"
    for body, what in ((call.response, "reply"), (call.request, "request")):
        trouble = trouble if body.kept else _too_large(body, what)
    return Exchange(call.after, name, request, response, name in _SEARCHES, call.trouble or trouble)


def _only(messages: Any, *, streams: bool) -> Any:
    """Return the one message of a call that has but one, all of a stream."""
    found = list(messages)
    return found if streams else found[0] if found else None
