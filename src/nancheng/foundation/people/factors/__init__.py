"""The second factor (二次验证): a code of a person's device after the password."""
