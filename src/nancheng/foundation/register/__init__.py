"""The shared register: organisations, projects and places, one number per thing."""
