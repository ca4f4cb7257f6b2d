import requests

# START agent
answer = requests.post("https://api.agents.example.com/query", json={"query": "Which organ?"})
print(answer.json()["answer"])
# END agent
