"""Two hands: a dangerous operation is asked for by one person and confirmed by another."""
