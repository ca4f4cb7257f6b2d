"""The protobuf messages of Weaviate's gRPC API as plain data, with numbers as Weaviate prints them in JSON.

The definitions are in ``weaviate_api.binpb``; see ``README.md``. ``MessageToDict`` of protobuf would give 64-bit
integers as text and other digits for 32-bit floats.
"""

from __future__ import annotations

import base64
import functools
import gzip
import zlib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError

Number = int | Decimal

_DEFINITIONS = Path(__file__).with_name("weaviate_api.binpb")
_PREFIX = 5  # bytes before each message: one for whether it is compressed, four for its length
_STRUCT = "google.protobuf.Struct"


class Method:
    """A method of the API: the message types of its request and its response, and which of them are streams."""

    def __init__(self, request: Any, response: Any, *, streams: tuple[bool, bool]) -> None:
        self.request = request
        self.response = response
        self.request_streams, self.response_streams = streams


def find_method(path: str) -> Method | None:
    """Return the method of a ``path`` such as ``/weaviate.v1.Weaviate/Search``, ``None`` if it is unknown."""
    service, _, name = path.lstrip("/").partition("/")
    try:
        method = _pool().FindServiceByName(service).FindMethodByName(name)
    except KeyError:
        return None
    request, response = (message_factory.GetMessageClass(kind) for kind in (method.input_type, method.output_type))
    return Method(request, response, streams=(method.client_streaming, method.server_streaming))


@functools.cache
def _pool() -> descriptor_pool.DescriptorPool:
    """Return the definitions, in a pool of their own: they must not clash with those of a client in this process."""
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    for file in descriptor_pb2.FileDescriptorSet.FromString(_DEFINITIONS.read_bytes()).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


def split_messages(body: bytes, encoding: str) -> list[bytes]:
    """Return the serialized messages of a gRPC body.

    :param encoding: ``grpc-encoding``, ``gzip`` or ``deflate``, for the messages marked as compressed.
    :raises ValueError: the last message is incomplete, or a message cannot be decompressed.
    """
    messages = []
    start = 0
    while start < len(body):
        end = start + _PREFIX + int.from_bytes(body[start + 1 : start + _PREFIX], "big")
        if end > len(body):
            raise ValueError("incomplete message")
        data = body[start + _PREFIX : end]
        messages.append(_decompress(data, encoding) if body[start] else data)
        start = end
    return messages


def _decompress(data: bytes, encoding: str) -> bytes:
    try:
        return gzip.decompress(data) if encoding == "gzip" else zlib.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from None


def parse_messages(kind: Any, bodies: Iterable[bytes]) -> list[Any]:
    """Parse serialized messages of the type ``kind``.

    :raises ValueError: the bytes are not such a message.
    """
    try:
        return [kind.FromString(body) for body in bodies]
    except DecodeError as error:
        raise ValueError(str(error)) from None


def to_data(message: Any) -> Any:
    """Return a message as plain data: the fields that are set, enums by name, bytes as base64."""
    if message.DESCRIPTOR.full_name == _STRUCT:
        return {key: _struct_value(value) for key, value in message.fields.items()}
    return {field.name: _field(field, value) for field, value in message.ListFields()}


def _field(field: FieldDescriptor, value: Any) -> Any:
    kind = field.message_type
    if kind and kind.GetOptions().map_entry:
        value_field = kind.fields_by_name["value"]
        return {str(key): _single_value(value_field, each) for key, each in sorted(value.items())}
    if field.is_repeated if hasattr(field, "is_repeated") else field.label == FieldDescriptor.LABEL_REPEATED:
        return [_single_value(field, each) for each in value]
    return _single_value(field, value)


def _single_value(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type:
        return to_data(value)
    if field.enum_type:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else value
    if field.type == FieldDescriptor.TYPE_FLOAT:
        return single(value)
    if isinstance(value, float):
        return double(value)
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _struct_value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {key: _struct_value(each) for key, each in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_struct_value(each) for each in value.list_value.values]
    if kind in (None, "null_value"):
        return None
    plain = getattr(value, kind)
    return double(plain) if kind == "number_value" else plain


def double(value: float) -> Number:
    """Return a 64-bit float as the shortest number that stands for it, an int if it has no decimals."""
    return _number(repr(value))


def single(value: float) -> Number:
    """Return a 32-bit float, widened to 64 bits, as its shortest number: 0.05797422, not 0.05797421932220459."""
    return _number(str(np.float32(value)))


def singles(values: Iterable[float]) -> list[Number]:
    """Return 32-bit floats as numbers."""
    return [single(value) for value in values]


def singles_of(data: bytes) -> list[Number]:
    """Return little-endian 32-bit floats as numbers."""
    return [_number(str(value)) for value in np.frombuffer(data, "<f4")]


def doubles_of(data: bytes) -> list[Number]:
    """Return little-endian 64-bit floats as numbers."""
    return [double(float(value)) for value in np.frombuffer(data, "<f8")]


def ints_of(data: bytes) -> list[Number]:
    """Return little-endian 64-bit integers."""
    return [int(value) for value in np.frombuffer(data, "<i8")]


def _number(text: str) -> Number:
    number = Decimal(text)
    # Weaviate prints 8.0 as 8.
    whole = number.is_finite() and abs(number) < 10**21 and number == number.to_integral_value()
    return int(number) if whole else number
