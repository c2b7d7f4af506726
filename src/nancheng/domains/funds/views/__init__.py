"""Pages of special bonds: lists, one bond, one project's money, applications, screenings."""
