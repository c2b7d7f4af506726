"""Reference data of time limits (时限): rules with their legal basis, office hours, notices."""
