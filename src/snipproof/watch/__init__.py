"""``snipproof watch``: Services and one pytest session stay open, and what changes is proven at once."""
