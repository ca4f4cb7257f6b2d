"""The protobuf messages of Weaviate's gRPC API, read with the definitions that weaviate-client ships."""

from __future__ import annotations

import ast
import base64
import functools
import gzip
import importlib.util
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError

from snipproof.services.recorder.wire_numbers import double, single

_PREFIX = 5  # one byte that says whether a message is compressed, four for its length
_STRUCT = "google.protobuf.Struct"


class Method:
    """A method of the API: the types of its request and its reply, and which of them are streams."""

    def __init__(self, request: Any, reply: Any, *, streams: tuple[bool, bool]) -> None:
        self.request = request
        self.reply = reply
        self.request_streams, self.reply_streams = streams


def method(path: str) -> Method | None:
    """Return the method of a ``path`` such as ``/weaviate.v1.Weaviate/Search``, ``None`` if there is none."""
    service, _, name = path.lstrip("/").partition("/")
    pool = _pool()
    try:
        found = pool.FindServiceByName(service).FindMethodByName(name)
    except KeyError:
        return None
    request, reply = (message_factory.GetMessageClass(kind) for kind in (found.input_type, found.output_type))
    return Method(request, reply, streams=(found.client_streaming, found.server_streaming))


@functools.cache
def _pool() -> descriptor_pool.DescriptorPool:
    """Return the definitions of the API.

    They are taken out of the generated modules, which hold them in serialized form: to import these modules would
    import the whole client, for a second and with the warnings of what it needs.
    """
    spec = importlib.util.find_spec("weaviate")
    homes = spec.submodule_search_locations if spec else None
    assert homes, "weaviate-client belongs to the extra"
    # All versions hold the same definitions; they differ in the code around them.
    folders = sorted({path.parent for home in homes for path in Path(home).glob("proto/v1/*/v1/weaviate_pb2.py")})
    files = [_definition(path) for path in sorted(folders[-1].glob("*_pb2.py"))]
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    waiting = {file.name: file for file in files if file}
    while waiting:
        ready = [file for file in waiting.values() if not waiting.keys() & set(file.dependency)]
        for file in ready:
            pool.AddSerializedFile(file.SerializeToString())
            del waiting[file.name]
    return pool


def _definition(path: Path) -> descriptor_pb2.FileDescriptorProto | None:
    """Return the definition that a generated module holds."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "AddSerializedFile":
            return descriptor_pb2.FileDescriptorProto.FromString(ast.literal_eval(node.args[0]))
    return None


def split(body: bytes, encoding: str) -> list[bytes]:
    """Return the messages of a gRPC body.

    :param encoding: what compresses those that say so: ``gzip`` or ``deflate``.
    :raises ValueError: it does not end with a whole message, or cannot be decompressed.
    """
    found = []
    place = 0
    while place < len(body):
        end = place + _PREFIX + int.from_bytes(body[place + 1 : place + _PREFIX], "big")
        if end > len(body):
            raise ValueError("a message is not whole")
        data = body[place + _PREFIX : end]
        found.append(_decompress(data, encoding) if body[place] else data)
        place = end
    return found


def _decompress(data: bytes, encoding: str) -> bytes:
    try:
        return gzip.decompress(data) if encoding == "gzip" else zlib.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from None


def to_data(message: Any) -> Any:
    """Return a message as plain data: what is set in it, enums by their names, bytes as base64."""
    if message.DESCRIPTOR.full_name == _STRUCT:
        return {key: _plain(value) for key, value in message.fields.items()}
    return {field.name: _field(field, value) for field, value in message.ListFields()}


def _field(field: FieldDescriptor, value: Any) -> Any:
    kind = field.message_type
    if kind and kind.GetOptions().map_entry:
        of = kind.fields_by_name["value"]
        return {str(key): _single(of, each) for key, each in sorted(value.items())}
    if field.is_repeated if hasattr(field, "is_repeated") else field.label == FieldDescriptor.LABEL_REPEATED:
        return [_single(field, each) for each in value]
    return _single(field, value)


def _single(field: FieldDescriptor, value: Any) -> Any:
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


def _plain(value: struct_pb2.Value) -> Any:
    """Return what a value of a ``Struct`` stands for."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {key: _plain(each) for key, each in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_plain(each) for each in value.list_value.values]
    if kind in (None, "null_value"):
        return None
    found = getattr(value, kind)
    return double(found) if kind == "number_value" else found


def parse_all(kind: Any, bodies: Iterable[bytes]) -> list[Any]:
    """Return the messages of the type ``kind``.

    :raises ValueError: the bytes are none.
    """
    try:
        return [kind.FromString(body) for body in bodies]
    except DecodeError as error:
        raise ValueError(str(error)) from None
