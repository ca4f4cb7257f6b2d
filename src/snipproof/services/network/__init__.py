"""The documented world: the names, ports and certificates that docs show, in a network of its own on this machine."""
