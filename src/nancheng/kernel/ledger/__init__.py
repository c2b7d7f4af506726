"""Money in whole fen: accounts, two-phase transfers, bounds, reversals."""
