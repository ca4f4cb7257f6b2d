"""The recorder: a recording pass-through in front of Weaviate, so that each Snippet's real responses are known.

``pass_through.py`` is its thread and its ports; ``http1.py`` and ``http2.py`` forward the two protocols;
``recording.py`` keeps the bytes of each call of one Source. ``decode.py`` turns these calls into Exchanges, with
``protobuf_messages.py`` for gRPC and ``search_replies.py`` for the GraphQL shape.
"""
