"""Interest, accrual, fees, coverage: the arithmetic of bonds."""
