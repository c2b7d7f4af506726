"""The built-in functions of FEEL, by family."""
