"""The platform as real processes, killed, starved and cut off: nothing is lost or done twice."""
