"""The recorder: a recording pass-through in front of Weaviate, so that each Snippet's real responses are known.

``recorder.py`` is its thread and its ports; ``http1.py`` and ``grpc.py`` pass the bytes, ``http2.py`` follows the calls
among them; ``recording.py`` keeps what belongs to one Source, ``decode.py`` makes Exchanges of it with the help of
``messages.py`` (protobuf), ``search.py`` and ``aggregate.py`` (the shape of a GraphQL reply) and ``numbers.py``.
"""
