"""Database history of people."""
