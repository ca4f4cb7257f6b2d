"""Search and aggregate replies of the gRPC API in the shape of GraphQL replies, which is what docs pages show.

Members are sorted by name, as Weaviate prints them. GraphQL shows ``null`` for a requested member without a value; here
that is shown where the gRPC reply reveals it. An aggregate reply does not hold the type of a property: it is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from snipproof.services.recorder.protobuf_messages import double, doubles_of, ints_of, single, singles, singles_of

Data = dict[str, Any]

_MULTI = 2  # Vectors.VECTOR_TYPE_MULTI_FP32: several vectors after their number of dimensions, in two bytes
_AGGREGATE_NAMES = {
    "top_occurences": "topOccurrences",  # spelled so in the API
    "total_true": "totalTrue",
    "total_false": "totalFalse",
    "percentage_true": "percentageTrue",
    "percentage_false": "percentageFalse",
    "pointing_to": "pointingTo",
}


def search_reply(request: Any, reply: Any) -> Data:
    """Return ``{"data": {"Get": {collection: […]}}}`` for the messages of a Search."""
    requested = request.properties
    if request.HasField("group_by"):
        objects = [
            _group(number, group, list(request.group_by.path), requested)
            for number, group in enumerate(reply.group_by_results)
        ]
    else:
        objects = [_object(result, requested) for result in reply.results]
    grouped = [each.result for each in reply.generative_grouped_results.values] or [reply.generative_grouped_result]
    if objects and grouped[0]:  # GraphQL shows it with the first object
        additional = objects[0].setdefault("_additional", {})
        additional["generate"] = additional.get("generate", {}) | {"groupedResult": grouped[0]}
        objects[0] = _sorted(objects[0] | {"_additional": _sorted(additional)})
    return {"data": {"Get": {request.collection: objects}}}


def _object(result: Any, requested: Any) -> Data:
    additional = _metadata(result.metadata)
    if result.generative.values:
        additional["generate"] = {"singleResult": result.generative.values[0].result}
    return _with_additional(_properties(result.properties, requested), additional)


def _group(number: int, group: Any, path: list[str], requested: Any) -> Data:
    additional: Data = {
        "group": {
            "count": group.number_of_objects,
            "groupedBy": {"path": path, "value": group.name},
            "hits": [_object(result, requested) for result in group.objects],
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
    return _with_additional({}, additional)


def _properties(result: Any, requested: Any) -> Data:
    """Return the properties of an object, references included.

    :param requested: the part of the request that selected them.
    """
    data = {name: value_of(value) for name, value in result.non_ref_props.fields.items()}
    if result.ref_props_requested:
        data |= {each.reference_property: None for each in requested.ref_properties}
    nested = {each.reference_property: each.properties for each in requested.ref_properties}
    for reference in result.ref_props:
        inner = nested.get(reference.prop_name, requested)
        objects = [
            _with_additional(_properties(each, inner), _metadata(each.metadata)) for each in reference.properties
        ]
        data[reference.prop_name] = (data.get(reference.prop_name) or []) + objects
    return data


def _with_additional(data: Data, additional: Data) -> Data:
    return _sorted(data | ({"_additional": _sorted(additional)} if additional else {}))


def _sorted(data: Data) -> Data:
    return dict(sorted(data.items()))


# How GraphQL shows each optional item of metadata. Scores and times are texts there.
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
    data: Data = {"id": metadata.id} if metadata.id else {}
    for name, (shown, convert) in _OPTIONAL.items():
        if getattr(metadata, f"{name}_present"):
            data[shown] = convert(getattr(metadata, name))
    if metadata.certainty_present and metadata.distance_present:
        # GraphQL prints it with 64 bits, as it was calculated; gRPC sends 32.
        exact = 1 - metadata.distance / 2
        data["certainty"] = double(exact) if single(exact) == data["certainty"] else data["certainty"]
    if metadata.vector_bytes or metadata.vector:
        data["vector"] = singles_of(metadata.vector_bytes) or singles(metadata.vector)
    if metadata.vectors:
        data["vectors"] = _sorted({each.name: _vector(each) for each in metadata.vectors})
    return data


def _vector(vectors: Any) -> list[Any]:
    data: bytes = vectors.vector_bytes
    if vectors.type != _MULTI:
        return list(singles_of(data))
    step = int.from_bytes(data[:2], "little")
    numbers = singles_of(data[2:])
    return [numbers[start : start + step] for start in range(0, len(numbers), step)] if step else []


def value_of(value: Any) -> Any:
    """Return the data of one property."""
    kind = value.WhichOneof("kind")
    if kind in (None, "null_value"):
        return None
    content = getattr(value, kind)
    convert = _VALUES.get(kind)
    return convert(content) if convert else content


def _object_value(properties: Any) -> Data:
    return _sorted({name: value_of(value) for name, value in properties.fields.items()})


def _list_value(value: Any) -> list[Any]:
    kind = value.WhichOneof("kind")
    if kind is None:
        return []
    values = getattr(value, kind).values
    if kind == "number_values":
        return list(doubles_of(values))
    if kind == "int_values":
        return list(ints_of(values))
    return [_object_value(each) for each in values] if kind == "object_values" else list(values)


def _geo_value(value: Any) -> Data:
    return {"latitude": single(value.latitude), "longitude": single(value.longitude)}


def _phone_value(value: Any) -> Data:
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
    "object_value": _object_value,
    "list_value": _list_value,
    "geo_value": _geo_value,
    "phone_value": _phone_value,
}


def aggregate_reply(request: Any, reply: Any) -> Data:
    """Return ``{"data": {"Aggregate": {collection: […]}}}`` for the messages of an Aggregate."""
    requested = {each.property: each for each in request.aggregations}
    if reply.WhichOneof("result") == "grouped_results":
        groups = reply.grouped_results.groups
        found = [_aggregate(group, requested, {"groupedBy": _grouped_by(group)}) for group in groups]
    else:
        found = [_aggregate(reply.single_result, requested, {})]
    return {"data": {"Aggregate": {request.collection: found}}}


def _aggregate(result: Any, requested: dict[str, Any], data: Data) -> Data:
    if result.HasField("objects_count"):
        data["meta"] = {"count": result.objects_count}
    for each in result.aggregations.aggregations:
        data[each.property] = _metrics(each, requested.get(each.property))
    return _sorted(data)


def _metrics(aggregation: Any, requested: Any) -> Data:
    """Return the metrics of one property; a requested one without a value is ``None``, as in GraphQL."""
    kind = aggregation.WhichOneof("aggregation")
    data: Data = {}
    if requested is not None and requested.WhichOneof("aggregation") == kind:
        fields = getattr(requested, kind).ListFields()
        data = {_AGGREGATE_NAMES.get(field.name, field.name): None for field, value in fields if value is True}
    data.pop("type", None)
    for field, value in getattr(aggregation, kind).ListFields() if kind else ():
        if field.name == "top_occurences":
            data["topOccurrences"] = [{"occurs": item.occurs, "value": item.value} for item in value.items]
        elif field.name == "pointing_to":
            data["pointingTo"] = list(value)
        elif value != "" or field.name != "type":
            shown = _AGGREGATE_NAMES.get(field.name, field.name)
            data[shown] = double(value) if isinstance(value, float) else value
    return _sorted(data)


def _grouped_by(group: Any) -> Data:
    kind = group.grouped_by.WhichOneof("value")
    value: Any = getattr(group.grouped_by, kind) if kind else None
    if kind in ("texts", "ints", "booleans", "numbers"):
        value = list(value.values)
    elif kind == "geo":
        value = {"latitude": value.latitude, "longitude": value.longitude}
    # GraphQL shows the value as a text, whatever its type.
    text = value if isinstance(value, str) else str(double(value)) if isinstance(value, float) else json.dumps(value)
    return {"path": list(group.grouped_by.path), "value": text if kind else None}
