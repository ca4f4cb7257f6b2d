import weaviate
from weaviate.classes.init import Auth

client = weaviate.connect_to_local(port=8580, grpc_port=50054, auth_credentials=Auth.api_key("root-user-key"))

# START list roles
for name in client.roles.list_all():
    print(name)
# END list roles

client.close()
