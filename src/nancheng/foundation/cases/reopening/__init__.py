"""重开: a case that is over goes on as a new case, by two persons (record 0016)."""
