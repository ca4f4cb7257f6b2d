"""The dynamic side: runs Sources against real Services and judges what happened. Imported on explicit request only."""
