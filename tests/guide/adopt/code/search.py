# START search
photos = client.collections.use("Photo")
# END search

# START filter
photos.query.fetch_objects(filters=by_title)
# END filter
