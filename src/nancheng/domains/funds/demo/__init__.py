"""The demonstration: the founding page's facts, told through the real actions."""
