"""What may be paid from bond money, what is odd about it, and how old idle money is. Pure."""
