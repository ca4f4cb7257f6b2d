photos = ["A cat"]

# START add
photos.append("A dog")
# END add
