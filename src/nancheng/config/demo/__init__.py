"""The people of the demonstration: an invented zone, its departments, posts and persons."""
