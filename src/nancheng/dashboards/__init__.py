"""Pages that ask across domains and draw; they own no table and write nothing."""
