"""归档: a case that is over is checked for completeness and sealed, under a retention class."""
