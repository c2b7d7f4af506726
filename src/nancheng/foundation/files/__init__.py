"""Attachments: kept by what they contain, checked, and unchangeable once submitted."""
