"""The HTTP API: the same rights as the pages, for other systems. Asks queries, calls actions."""
