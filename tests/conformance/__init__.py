"""Published test suites of the standards we claim."""
