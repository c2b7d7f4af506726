"""The case file (办件): cases, their event log, tasks, timers, clocks, participants and links."""
