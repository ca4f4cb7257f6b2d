photos = {"cat": "A cat"}

# START look up an unknown photo {raises: KeyError}
photos["no such photo"]
# END look up an unknown photo

# START Expected look up an unknown photo results {from: error}
# 'no such photo'
# END Expected look up an unknown photo results
