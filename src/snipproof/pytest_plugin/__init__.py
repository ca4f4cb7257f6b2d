"""The pytest plugin: Sources become files, Snippets become items."""
