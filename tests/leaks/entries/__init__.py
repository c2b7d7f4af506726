"""What may be seen through each door: a file an app, ``DOORS`` by the door's name."""
