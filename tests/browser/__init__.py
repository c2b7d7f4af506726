"""Pages in a real browser: shell, languages, widths, accessibility, content policy."""
