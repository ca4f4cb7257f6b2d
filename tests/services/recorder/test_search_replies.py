"""The same query by gRPC and by GraphQL on the real server: the recorder gives both replies the same shape."""

from __future__ import annotations

import base64
import json
import struct
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from snipproof.services.recorder.pass_through import Recorder
from snipproof.services.recorder.protobuf_messages import find_method
from snipproof.services.recorder.recording import Exchange
from snipproof.services.recorder.search_replies import aggregate_reply, search_reply
from snipproof.services.weaviate.server import WeaviateAddress, call

PRIMITIVES = "text int num flag date uid blob texts ints nums flags dates uids"
NESTED = (
    "obj{a n i when inner{z} tags} objs{a} geo{latitude longitude} phone{countryCode defaultCountry input "
    "internationalFormatted national nationalFormatted valid}"
)
MOMENT = datetime(2024, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


@dataclass
class Both:
    """Sends the same query by GraphQL and by gRPC, through one recorder."""

    recorder: Recorder
    address: WeaviateAddress
    client: Any
    events: Path

    def responses(self, query: str, by_grpc: Callable[[], object]) -> tuple[Any, Any]:
        """Return the recorded response to ``query``, and to the same query by gRPC."""
        self.recorder.record(self.events)
        call(self.address, "POST", "/v1/graphql", {"query": query})
        by_grpc()
        found = [exchange for exchange in self.recorder.recorded() if exchange.search]
        assert [exchange.error for exchange in found] == ["", ""]
        assert found[0].request == {"query": query}
        return found[0].response, found[1].response

    def same(self, query: str, by_grpc: Callable[[], object]) -> Any:
        """Return the response after comparing both, the order of their members too."""
        graphql, grpc = self.responses(query, by_grpc)
        assert text(grpc) == text(graphql)
        return grpc

    def exchanges(self, by_grpc: Callable[[], object]) -> list[Exchange]:
        self.recorder.record(self.events)
        by_grpc()
        return list(self.recorder.recorded())


def text(data: Any) -> str:
    return json.dumps(data, indent=1, default=lambda number: f"Decimal {number:f}")


@pytest.fixture(scope="module")
def both(weaviate: WeaviateAddress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The clients, with collections that hold every type of property."""
    with warnings.catch_warnings(record=True):  # of the client's dependencies
        import weaviate as client_package
    recorder = Recorder()
    recorder.forward_to(weaviate)
    address = recorder.address(weaviate)
    client = client_package.connect_to_local(port=address.port, grpc_port=address.grpc_port)
    try:
        client.collections.delete(["Thing", "Author", "Named"])
        _fill(client)
        yield Both(recorder, address, client, tmp_path_factory.mktemp("recorder") / "events")
        client.collections.delete(["Thing", "Author", "Named"])
    finally:
        client.close()
        recorder.stop()


def _fill(client: Any) -> None:
    from weaviate.classes.config import Configure, DataType, Property, ReferenceProperty
    from weaviate.classes.data import GeoCoordinate, PhoneNumber

    def properties(**types: str) -> list[Any]:
        return [Property(name=name, data_type=getattr(DataType, kind)) for name, kind in types.items()]

    authors = client.collections.create("Author", properties=properties(name="TEXT"))
    simple = {"text": "TEXT", "int": "INT", "num": "NUMBER", "flag": "BOOL", "date": "DATE", "uid": "UUID"}
    arrays = {f"{name}s": f"{kind}_ARRAY" for name, kind in simple.items()}
    inner = Property(name="inner", data_type=DataType.OBJECT, nested_properties=properties(z="INT"))
    nested = [*properties(a="TEXT", n="NUMBER", i="INT", when="DATE", tags="TEXT_ARRAY"), inner]
    things = client.collections.create(
        "Thing",
        vector_config=None,
        properties=[
            *properties(**simple, **arrays, blob="BLOB", geo="GEO_COORDINATES", phone="PHONE_NUMBER"),
            Property(name="obj", data_type=DataType.OBJECT, nested_properties=nested),
            Property(name="objs", data_type=DataType.OBJECT_ARRAY, nested_properties=properties(a="TEXT")),
        ],
        references=[ReferenceProperty(name="by", target_collection="Author")],
        inverted_index_config=Configure.inverted_index(index_null_state=True, index_timestamps=True),
    )
    by = [authors.data.insert({"name": name}, uuid=uuid.UUID(int=n)) for n, name in enumerate(("Ada", "Bob"), 1)]
    full: dict[str, Any] = {
        "text": "red apple",
        "int": 7,
        "num": 0.1,
        "flag": True,
        "date": MOMENT,
        "uid": uuid.UUID(int=7),
        "texts": ["a", "b"],
        "ints": [1, -2],
        "nums": [0.5, 8.0, 1e-7],
        "flags": [True, False],
        "dates": [MOMENT],
        "uids": [uuid.UUID(int=8)],
        "blob": base64.b64encode(b"hello").decode(),
        "geo": GeoCoordinate(latitude=52.3733, longitude=4.8979),
        "phone": PhoneNumber(number="020 1234567", default_country="nl"),
        "obj": {"a": "x", "n": 1.5, "i": 3, "when": MOMENT, "tags": ["t"], "inner": {"z": 4}},
        "objs": [{"a": "p"}, {"a": "q"}],
    }
    things.data.insert(full, uuid=uuid.UUID(int=11), vector=[0.1, 0.2, 0.3], references={"by": by})
    part = {"text": "green apple", "int": 3, "num": 8.0, "flag": False, "texts": []}
    things.data.insert(part, uuid=uuid.UUID(int=12), vector=[0.3, 0.2, 0.1], references={"by": by[:1]})
    things.data.insert({"text": "banana"}, uuid=uuid.UUID(int=13), vector=[0.9, 0.0, 0.1])
    vectors = [Configure.Vectors.self_provided(name="one"), Configure.MultiVectors.self_provided(name="many")]
    named = client.collections.create("Named", properties=properties(text="TEXT"), vector_config=vectors)
    some = {"one": [0.1, 0.2], "many": [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]}
    named.data.insert({"text": "x"}, uuid=uuid.UUID(int=21), vector=some)


@pytest.fixture
def things(both: Both) -> Any:
    return both.client.collections.get("Thing")


def _metadata(**wanted: bool) -> Any:
    from weaviate.classes.query import MetadataQuery

    return MetadataQuery(**wanted)


def test_every_type_of_property_and_missing_ones(both: Both, things: Any) -> None:
    names = [*PRIMITIVES.split(), "obj", "objs", "geo", "phone"]
    query = f"{{Get{{Thing{{_additional{{id}} {PRIMITIVES} {NESTED}}}}}}}"
    found = both.same(query, lambda: things.query.fetch_objects(return_properties=names))
    full, part, least = found["data"]["Get"]["Thing"]
    assert (full["num"], full["nums"]) == (Decimal("0.1"), [Decimal("0.5"), 8, Decimal("1E-7")])
    assert (full["date"], full["geo"]["latitude"]) == ("2024-01-02T03:04:05.678Z", Decimal("52.3733"))
    assert (part["num"], type(part["num"]), part["texts"], part["obj"]) == (8, int, [], None)
    assert [name for name, value in least.items() if value is not None] == ["_additional", "text"]


def test_vectors_and_distances_have_as_many_digits_as_graphql_prints(both: Both, things: Any) -> None:
    query = "{Get{Thing(nearVector:{vector:[0.1,0.2,0.3]}){text _additional{id distance certainty vectors{default}}}}}"
    found = both.same(
        query,
        lambda: things.query.near_vector(
            [0.1, 0.2, 0.3],
            limit=10,
            include_vector=True,
            return_metadata=_metadata(distance=True, certainty=True),
            return_properties=["text"],
        ),
    )
    second = found["data"]["Get"]["Thing"][1]["_additional"]
    assert second["distance"] == Decimal("0.28571433")
    assert second["vectors"] == {"default": [Decimal("0.3"), Decimal("0.2"), Decimal("0.1")]}


def test_scores_and_times_are_texts(both: Both, things: Any) -> None:
    query = '{Get{Thing(bm25:{query:"apple"}){text _additional{id score creationTimeUnix lastUpdateTimeUnix}}}}'
    wanted = _metadata(score=True, creation_time=True, last_update_time=True)
    found = both.same(query, lambda: things.query.bm25("apple", return_metadata=wanted, return_properties=["text"]))
    score = found["data"]["Get"]["Thing"][0]["_additional"]["score"]
    assert isinstance(score, str)
    assert 0 < Decimal(score) < 1  # which one depends on all that is stored


def test_an_explanation(both: Both, things: Any) -> None:
    query = (
        '{Get{Thing(hybrid:{query:"banana",vector:[0.1,0.2,0.3]},limit:2){text _additional{id score explainScore}}}}'
    )
    graphql, grpc = both.responses(
        query,
        lambda: things.query.hybrid(
            "banana",
            vector=[0.1, 0.2, 0.3],
            limit=2,
            return_metadata=_metadata(score=True, explain_score=True),
            return_properties=["text"],
        ),
    )
    assert text(grpc) == text(graphql)


def test_references_and_missing_references(both: Both, things: Any) -> None:
    from weaviate.classes.query import QueryReference

    query = "{Get{Thing{text _additional{id} by{... on Author{name _additional{id}}}}}}"
    found = both.same(
        query,
        lambda: things.query.fetch_objects(
            return_properties=["text"],
            return_references=QueryReference(link_on="by", return_properties=["name"]),
        ),
    )
    assert [len(thing["by"] or []) for thing in found["data"]["Get"]["Thing"]] == [2, 1, 0]


@pytest.mark.parametrize("path", ["text", "by"])
def test_groups(both: Both, things: Any, path: str) -> None:
    from weaviate.classes.query import GroupBy

    query = (
        f'{{Get{{Thing(nearVector:{{vector:[0.1,0.2,0.3]}} groupBy:{{path:["{path}"],groups:3,objectsPerGroup:2}})'
        "{_additional{group{id groupedBy{value path} count maxDistance minDistance "
        "hits{text _additional{id distance}}}}}}}"
    )
    by_grpc = lambda: things.query.near_vector(  # noqa: E731
        [0.1, 0.2, 0.3],
        group_by=GroupBy(prop=path, number_of_groups=3, objects_per_group=2),
        return_metadata=_metadata(distance=True),
        return_properties=["text"],
    )
    graphql, grpc = both.responses(query, by_grpc)
    assert text(grpc) == text(graphql)
    assert len(grpc["data"]["Get"]["Thing"]) == 3


def test_named_vectors_and_multi_vectors(both: Both) -> None:
    named = both.client.collections.get("Named")
    query = "{Get{Named{text _additional{id vectors{one many}}}}}"
    found = both.same(query, lambda: named.query.fetch_objects(include_vector=True))
    assert len(found["data"]["Get"]["Named"][0]["_additional"]["vectors"]["many"]) == 3


def test_a_search_without_results(both: Both, things: Any) -> None:
    from weaviate.classes.query import Filter

    query = '{Get{Thing(where:{path:["text"],operator:Equal,valueText:"nothing"}){text _additional{id}}}}'
    wanted = Filter.by_property("text").equal("nothing")
    found = both.same(query, lambda: things.query.fetch_objects(filters=wanted))
    assert found == {"data": {"Get": {"Thing": []}}}


def test_an_aggregate_with_counts_and_metrics(both: Both, things: Any) -> None:
    from weaviate.classes.query import Metrics

    both.same("{Aggregate{Thing{meta{count}}}}", lambda: things.aggregate.over_all(total_count=True))
    number = "{count maximum mean median minimum mode sum}"
    query = (
        f"{{Aggregate{{Thing{{meta{{count}} int{number} num{number} text{{count topOccurrences{{occurs value}}}} "
        "flag{count totalTrue totalFalse percentageTrue percentageFalse} date{count maximum median minimum mode}}}}"
    )
    metrics = [
        Metrics("int").integer(),
        Metrics("num").number(),
        Metrics("text").text(),
        Metrics("flag").boolean(),
        Metrics("date").date_(),
    ]
    both.same(query, lambda: things.aggregate.over_all(total_count=True, return_metrics=metrics))


@pytest.mark.parametrize("prop", ["text", "num", "flag", "int"])
def test_groups_of_an_aggregate(both: Both, things: Any, prop: str) -> None:
    """Groups of equal size come in any order."""
    from weaviate.classes.aggregate import GroupByAggregate
    from weaviate.classes.query import Metrics

    query = f'{{Aggregate{{Thing(groupBy:["{prop}"]){{groupedBy{{path value}} meta{{count}} int{{count sum}}}}}}}}'
    graphql, grpc = both.responses(
        query,
        lambda: things.aggregate.over_all(
            group_by=GroupByAggregate(prop=prop),
            total_count=True,
            return_metrics=[Metrics("int").integer(count=True, sum_=True)],
        ),
    )
    groups = [sorted(map(text, reply["data"]["Aggregate"]["Thing"])) for reply in (grpc, graphql)]
    assert groups[0] == groups[1]


def test_large_integers_are_exact_where_graphql_gives_up(both: Both, things: Any) -> None:
    large = 2**53 - 1
    things.data.insert({"text": "large", "int": large}, uuid=uuid.UUID(int=99))
    try:
        query = '{Get{Thing(where:{path:["text"],operator:Equal,valueText:"large"}){int}}}'
        graphql, grpc = both.responses(query, lambda: things.query.fetch_object_by_id(uuid.UUID(int=99)))
    finally:
        things.data.delete_by_id(uuid.UUID(int=99))
    assert graphql["data"]["Get"]["Thing"][0]["int"] is None
    assert grpc["data"]["Get"]["Thing"][0]["int"] == large


def test_an_error_of_the_server_is_recorded_with_its_message(both: Both, things: Any) -> None:
    with pytest.raises(Exception, match="no such prop"):
        both.exchanges(lambda: things.query.fetch_objects(return_properties=["nope"]))
    (exchange,) = both.recorder.recorded()
    assert exchange.response is None
    assert exchange.error.startswith("UNKNOWN: ")
    assert "no such prop with name 'nope'" in exchange.error
    assert exchange.request["properties"] == {"non_ref_properties": ["nope"]}


def test_batch_calls_are_recorded_as_data(both: Both, things: Any) -> None:
    """One by one, and the stream of a batch in its order."""
    from weaviate.classes.query import Filter

    def insert() -> None:
        with both.client.batch.stream() as batch:
            for number in range(3):
                batch.add_object("Thing", {"text": f"batched {number}", "num": 0.5}, vector=[0.5, 0.5, 0.5])
        things.data.insert_many([{"text": "batched 3", "ints": [1]}])

    found = {exchange.name: exchange for exchange in both.exchanges(insert)}
    stream = found["BatchStream"]
    assert not stream.error
    assert "start" in stream.request[0]
    assert "stop" in stream.request[-1]
    sent = [
        value for message in stream.request for value in message.get("data", {}).get("objects", {}).get("values", [])
    ]
    assert [value["properties"]["non_ref_properties"]["num"] for value in sent] == [Decimal("0.5")] * 3
    assert "started" in stream.response[0]
    (one,) = found["BatchObjects"].request["objects"]
    assert one["properties"]["int_array_properties"] == [{"values": [1], "prop_name": "ints"}]
    assert "took" in found["BatchObjects"].response
    assert not any(exchange.search for exchange in found.values())
    (gone,) = both.exchanges(lambda: things.data.delete_many(where=Filter.by_property("text").like("batched*")))
    assert (gone.name, gone.response["matches"], gone.response["successful"]) == ("BatchDelete", 4, 4)


def search(request: dict[str, Any], **reply: Any) -> Any:
    known = find_method("/weaviate.v1.Weaviate/Search")
    assert known
    found = search_reply(known.request(collection="C", **request), known.response(**reply))
    return found["data"]["Get"]["C"]


def test_generated_texts_are_where_graphql_shows_them() -> None:
    """The messages are made by hand: the test server has no generative module."""
    results = [
        {"metadata": {"id": "1"}, "generative": {"values": [{"result": "single 1"}]}},
        {"metadata": {"id": "2"}, "generative": {"values": [{"result": "single 2"}]}},
    ]
    found = search({}, results=results, generative_grouped_results={"values": [{"result": "all"}]})
    assert found == [
        {"_additional": {"generate": {"groupedResult": "all", "singleResult": "single 1"}, "id": "1"}},
        {"_additional": {"generate": {"singleResult": "single 2"}, "id": "2"}},
    ]
    old = {"metadata": {"id": "1", "generative": "old", "generative_present": True}}
    assert search({}, results=[old], generative_grouped_result="") == [
        {"_additional": {"generate": {"singleResult": "old"}, "id": "1"}}
    ]
    group = {"name": "g", "number_of_objects": 1, "generative_result": {"values": [{"result": "of g"}]}}
    (shown,) = search({"group_by": {"path": ["p"]}}, group_by_results=[group | {"rerank": {"score": 0.5}}])
    assert shown["_additional"]["generate"] == {"singleResult": "of g"}
    assert shown["_additional"]["rerank"] == [{"score": Decimal("0.5")}]


def test_metadata_that_is_absent_is_left_out() -> None:
    metadata = {"id": "1", "distance": 0.25, "score": 1.0, "rerank_score": 0.75, "rerank_score_present": True}
    assert search({}, results=[{"metadata": metadata}]) == [
        {"_additional": {"id": "1", "rerank": [{"score": Decimal("0.75")}]}}
    ]
    old = {"id": "1", "vector_bytes": struct.pack("<2f", 0.1, 2.0)}
    assert search({}, results=[{"metadata": old}]) == [{"_additional": {"id": "1", "vector": [Decimal("0.1"), 2]}}]


def test_an_aggregate_without_a_request_for_its_properties() -> None:
    known = find_method("/weaviate.v1.Weaviate/Aggregate")
    assert known
    reply = known.response(grouped_results={"groups": [{"grouped_by": {"path": ["p"], "texts": {"values": ["a"]}}}]})
    assert aggregate_reply(known.request(collection="C"), reply) == {
        "data": {"Aggregate": {"C": [{"groupedBy": {"path": ["p"], "value": '["a"]'}}]}}
    }
