"""督办: supervision slips in three colours, replies to them, and what they came to."""
