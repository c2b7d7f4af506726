"""传阅: a case is sent round for reading, with receipts; the right to read it can be revoked."""
