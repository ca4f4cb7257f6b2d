"""The protocols of providers: a module for each, with the hosts that speak it and the paths that it answers."""
