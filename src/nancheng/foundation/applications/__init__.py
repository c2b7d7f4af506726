"""Applications (应用): other systems that use the HTTP API, their tokens, and what they did."""
