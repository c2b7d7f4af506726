"""The operations log (操作日志): security events, chained, for the audit administrator alone."""
