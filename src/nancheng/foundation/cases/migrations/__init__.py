"""Database history of cases."""
