"""The pytest plugin: Sources become files, Snippets become items. Thin: the decisions are made in ``run``."""
