"""People who leave (离岗), and what is left of their data."""
