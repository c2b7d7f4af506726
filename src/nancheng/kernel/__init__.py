"""Pure rules: no Django, clock, I/O or chance."""
