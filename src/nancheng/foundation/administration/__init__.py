"""The administrators' pages (三员): accounts, rights, and the log, each for one of the three."""
