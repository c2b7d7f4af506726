"""What falls away when a case is over."""
