"""Child processes that cannot outlive a session."""
