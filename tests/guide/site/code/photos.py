# START add
photos.data.insert({"title": "A cat"})
# END add
