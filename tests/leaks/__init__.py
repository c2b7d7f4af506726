"""The leak matrix: what a person may not see reaches them through no door."""
