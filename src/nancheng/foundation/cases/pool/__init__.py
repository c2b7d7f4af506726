"""抢办: tasks that the first hand of a post takes, a few at a time, and that return if left."""
