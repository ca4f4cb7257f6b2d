"""The run report: what one run proved, as data, and everything that is made of it.

It reads and writes; it runs nothing. The plugin hands up what a run found as entries (:mod:`.entries`), the data that
the JSON file holds. ``run-report.schema.json`` defines them, and every file that is read is checked against it.
"""
