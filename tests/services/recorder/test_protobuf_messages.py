"""Messages of the gRPC API as plain data, and the definitions they are read with."""

from __future__ import annotations

import gzip
import importlib.util
import struct
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.services import load_tool

from snipproof.services.recorder import protobuf_messages
from snipproof.services.recorder.protobuf_messages import double, find_method, single, split_messages, to_data


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("weaviate") is None, reason="weaviate-client is not installed")
def test_the_definitions_are_those_of_the_installed_client() -> None:
    """If this fails with a new client, run ``tools/make_descriptors.py``."""
    shipped = Path(protobuf_messages.__file__).with_name("weaviate_api.binpb").read_bytes()
    assert load_tool("make_descriptors").descriptor_set() == shipped


def test_reading_messages_needs_no_client() -> None:
    code = (
        "import sys; sys.modules['weaviate'] = None\n"
        "from snipproof.services.recorder.protobuf_messages import find_method\n"
        "print(find_method('/weaviate.v1.Weaviate/Search').request(collection='C').collection)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "C\n"


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.05797421932220459, "0.05797422"), (1.0, "1"), (1e-7, "1E-7"), (16777216.0, "16777216"), (0.1, "0.1")],
)
def test_single_numbers_are_as_short_as_possible(number: float, shown: str) -> None:
    assert str(single(number)) == shown


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_single_numbers_lose_nothing(number: float) -> None:
    shown = single(number)
    assert struct.pack("<f", float(shown)) == struct.pack("<f", number + 0.0)
    assert len(Decimal(shown).normalize().as_tuple().digits) <= 9 or isinstance(shown, int)


def test_double_numbers_keep_all_digits() -> None:
    assert double(0.05797421932220459) == Decimal("0.05797421932220459")
    assert [type(double(number)) for number in (8.0, 1e21)] == [int, Decimal]


def test_messages_are_split_and_decompressed() -> None:
    zipped = gzip.compress(b"hello")
    body = b"\0\0\0\0\2ab" + b"\1" + len(zipped).to_bytes(4, "big") + zipped
    assert split_messages(body, "gzip") == [b"ab", b"hello"]
    with pytest.raises(ValueError, match="incomplete"):
        split_messages(body[:-1], "gzip")
    with pytest.raises(ValueError, match="gzipped"):
        split_messages(b"\1\0\0\0\2ab", "gzip")


def test_a_message_is_plain_data() -> None:
    known = find_method("/weaviate.v1.Weaviate/Search")
    assert known
    request = known.request(collection="C", near_vector={"vector_bytes": b"\0", "certainty": 0.5}, consistency_level=1)
    assert to_data(request) == {
        "collection": "C",
        "consistency_level": "CONSISTENCY_LEVEL_ONE",
        "near_vector": {"certainty": Decimal("0.5"), "vector_bytes": "AA=="},
    }
    assert find_method("/weaviate.v1.Weaviate/Nothing") is None
    assert find_method("/grpc.health.v1.Health/Check") is None
