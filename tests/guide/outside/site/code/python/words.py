cats = ["Tom", "Felix"]
