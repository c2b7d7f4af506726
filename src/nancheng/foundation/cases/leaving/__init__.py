"""What becomes of the tasks of people who leave (离岗)."""
