"""What ``snipproof check`` prints: one module for each format, all of them fed by the same :class:`CheckResult`."""
