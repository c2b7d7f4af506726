"""Coordination concerns (综合协调事项): what one department cannot settle alone.

The nouns: a *concern* is put forward by a department, taken from a pool by a clerk of the *lead
department* (主办单位), signed by *co-units* (协办单位), decided by a zone leader, carried out and
confirmed. It has no tables of its own: its facts are the variables of its case.
"""
