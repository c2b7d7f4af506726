"""A database made by earlier code is brought up to date and keeps what it held."""
