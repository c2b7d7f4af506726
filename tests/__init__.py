"""Tests of the whole: house rules, documents, drawings, journeys and the browser."""
