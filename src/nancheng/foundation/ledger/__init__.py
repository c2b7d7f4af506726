"""The tables under the ledger's rules: accounts with bounds, and transfers that never change."""
