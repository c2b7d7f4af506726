"""Working days and hours, clocks and their explanations."""
