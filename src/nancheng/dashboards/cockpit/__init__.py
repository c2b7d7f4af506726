"""The cockpit (驾驶舱): the zone at a glance; every figure opens to its rows."""
