"""The only writers of special bonds: bonds and arrivals, projects and contracts, payments."""
