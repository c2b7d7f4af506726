"""One Django app per line of business; siblings are strangers."""
