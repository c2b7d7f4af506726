"""One story a file, through a real browser, from the first form to the end."""
