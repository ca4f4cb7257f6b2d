photos = ["A cat"]

# START list
print(photos)
# END list

# START Expected list results
# ["A cat"]
# END Expected list results
