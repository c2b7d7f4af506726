"""The shell of every page: templates, components, tables, refusals, drawings; no models."""
