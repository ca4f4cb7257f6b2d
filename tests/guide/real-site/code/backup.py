import weaviate

# START second server
client = weaviate.connect_to_local(port=8090, grpc_port=50061)
assert client.is_ready()
# END second server
client.close()
