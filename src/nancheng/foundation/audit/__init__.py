"""The proof of the history: a daily root over all chains, its verification and its export."""
