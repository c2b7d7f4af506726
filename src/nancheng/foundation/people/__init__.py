"""Departments, duties, posts, persons, identities (person × post) and what they may do."""
