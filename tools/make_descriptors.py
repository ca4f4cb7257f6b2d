"""Writes the definitions of Weaviate's gRPC messages, which the recorder reads responses with.

Run in an environment that has weaviate-client (the dependency group ``test`` does), from the repository's root::

    python tools/make_descriptors.py

The result depends only on the definitions in the installed client. Update the version in
``src/snipproof/services/recorder/README.md`` after a run that changed it.
"""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

TARGET = Path(__file__).parent.parent / "src/snipproof/services/recorder/weaviate_api.binpb"


def descriptor_set() -> bytes:
    """Return a serialized ``FileDescriptorSet`` of all ``.proto`` files that the installed weaviate-client holds.

    Files follow those that they import. Files of protobuf itself are left out: the runtime has them.
    """
    with warnings.catch_warnings(record=True):  # the client's dependencies warn about each other
        api = importlib.import_module("weaviate.proto.v1")
    # The client ships its generated code once for each range of protobuf versions. This is the one in use.
    package = importlib.import_module(api.base_pb2.__package__)
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name.endswith("_pb2"))
    found: dict[str, FileDescriptorProto] = {}
    for name in names:
        _add(importlib.import_module(f"{package.__name__}.{name}").DESCRIPTOR, found)
    data: bytes = FileDescriptorSet(file=found.values()).SerializeToString(deterministic=True)
    return data


def _add(descriptor: Any, found: dict[str, FileDescriptorProto]) -> None:
    """Add the file of ``descriptor`` after the files that it imports."""
    name = descriptor.name
    if name in found or name.startswith("google/protobuf/"):
        return
    for dependency in descriptor.dependencies:
        _add(dependency, found)
    found[name] = FileDescriptorProto.FromString(descriptor.serialized_pb)


def main() -> None:
    """Write the file."""
    data = descriptor_set()
    TARGET.write_bytes(data)
    print(f"{TARGET.relative_to(Path.cwd())}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
