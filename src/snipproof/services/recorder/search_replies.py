"""A SearchReply of the gRPC API in the shape of a GraphQL reply, which is what docs pages show.

Members are in the order in which Weaviate prints them: that of their names. What GraphQL tells by a member that was
asked for and has no value (``null``) is told here where the reply says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from snipproof.services.recorder.wire_numbers import double, doubles_of, ints_of, single, singles, singles_of

Data = dict[str, Any]

_MULTI = 2  # Vectors.VECTOR_TYPE_MULTI_FP32: several vectors behind the number of dimensions, in two bytes


def search_reply(request: Any, reply: Any) -> Data:
    """Return ``{"data": {"Get": {collection: […]}}}``."""
    asked = request.properties
    if request.HasField("group_by"):
        found = [
            _group(number, group, list(request.group_by.path), asked)
            for number, group in enumerate(reply.group_by_results)
        ]
    else:
        found = [_object(result, asked) for result in reply.results]
    grouped = [each.result for each in reply.generative_grouped_results.values] or [reply.generative_grouped_result]
    if found and grouped[0]:  # GraphQL shows it with the first object
        additional = found[0].setdefault("_additional", {})
        additional["generate"] = additional.get("generate", {}) | {"groupedResult": grouped[0]}
        found[0] = _ordered(found[0] | {"_additional": _ordered(additional)})
    return {"data": {"Get": {request.collection: found}}}


def _object(result: Any, asked: Any) -> Data:
    found = _properties(result.properties, asked)
    additional = _metadata(result.metadata)
    if result.generative.values:
        additional["generate"] = {"singleResult": result.generative.values[0].result}
    return _with(found, additional)


def _group(number: int, group: Any, path: list[str], asked: Any) -> Data:
    additional: Data = {
        "group": {
            "count": group.number_of_objects,
            "groupedBy": {"path": path, "value": group.name},
            "hits": [_object(result, asked) for result in group.objects],
            "id": number,
            "maxDistance": single(group.max_distance),
            "minDistance": single(group.min_distance),
        }
    }
    generated = [each.result for each in group.generative_result.values]
    if generated or group.HasField("generative"):
        additional["generate"] = {"singleResult": (generated or [group.generative.result])[0]}
    if group.HasField("rerank"):
        additional["rerank"] = [{"score": double(group.rerank.score)}]
    return _with({}, additional)


def _properties(result: Any, asked: Any) -> Data:
    """Return the properties of an object, those that are references too.

    :param asked: the part of the request that chose them.
    """
    found = {name: value_of(value) for name, value in result.non_ref_props.fields.items()}
    if result.ref_props_requested:
        found |= {each.reference_property: None for each in asked.ref_properties}
    inner = {each.reference_property: each.properties for each in asked.ref_properties}
    for reference in result.ref_props:
        of = inner.get(reference.prop_name, asked)
        objects = [_with(_properties(each, of), _metadata(each.metadata)) for each in reference.properties]
        found[reference.prop_name] = (found.get(reference.prop_name) or []) + objects
    return found


def _with(found: Data, additional: Data) -> Data:
    return _ordered(found | ({"_additional": _ordered(additional)} if additional else {}))


def _ordered(data: Data) -> Data:
    return dict(sorted(data.items()))


# What GraphQL makes of each piece of metadata that may be missing. Scores and times are texts there.
_OPTIONAL: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "distance": ("distance", single),
    "certainty": ("certainty", single),
    "score": ("score", lambda value: str(single(value))),
    "explain_score": ("explainScore", str),
    "creation_time_unix": ("creationTimeUnix", str),
    "last_update_time_unix": ("lastUpdateTimeUnix", str),
    "is_consistent": ("isConsistent", bool),
    "rerank_score": ("rerank", lambda value: [{"score": double(value)}]),
    "generative": ("generate", lambda value: {"singleResult": value}),
}


def _metadata(metadata: Any) -> Data:
    found: Data = {"id": metadata.id} if metadata.id else {}
    for name, (shown, convert) in _OPTIONAL.items():
        if getattr(metadata, f"{name}_present"):
            found[shown] = convert(getattr(metadata, name))
    if metadata.certainty_present and metadata.distance_present:
        # GraphQL prints it as it was calculated, gRPC only the half of it.
        exact = 1 - metadata.distance / 2
        found["certainty"] = double(exact) if single(exact) == found["certainty"] else found["certainty"]
    if metadata.vector_bytes or metadata.vector:
        found["vector"] = singles_of(metadata.vector_bytes) or singles(metadata.vector)
    if metadata.vectors:
        found["vectors"] = _ordered({each.name: _vector(each) for each in metadata.vectors})
    return found


def _vector(vectors: Any) -> list[Any]:
    data: bytes = vectors.vector_bytes
    if vectors.type != _MULTI:
        return list(singles_of(data))
    step = int.from_bytes(data[:2], "little")
    numbers = singles_of(data[2:])
    return [numbers[place : place + step] for place in range(0, len(numbers), step)] if step else []


def value_of(value: Any) -> Any:
    """Return the data of one property."""
    kind = value.WhichOneof("kind")
    if kind in (None, "null_value"):
        return None
    held = getattr(value, kind)
    convert = _VALUES.get(kind)
    return convert(held) if convert else held


def _fields(properties: Any) -> Data:
    return _ordered({name: value_of(value) for name, value in properties.fields.items()})


def _list(value: Any) -> list[Any]:
    kind = value.WhichOneof("kind")
    if kind is None:
        return []
    values = getattr(value, kind).values
    if kind == "number_values":
        return list(doubles_of(values))
    if kind == "int_values":
        return list(ints_of(values))
    return [_fields(each) for each in values] if kind == "object_values" else list(values)


def _geo(value: Any) -> Data:
    return {"latitude": single(value.latitude), "longitude": single(value.longitude)}


def _phone(value: Any) -> Data:
    return {
        "countryCode": value.country_code,
        "defaultCountry": value.default_country,
        "input": value.input,
        "internationalFormatted": value.international_formatted,
        "national": value.national,
        "nationalFormatted": value.national_formatted,
        "valid": value.valid,
    }


_VALUES: dict[str, Callable[[Any], Any]] = {
    "number_value": double,
    "object_value": _fields,
    "list_value": _list,
    "geo_value": _geo,
    "phone_value": _phone,
}
