"""DMN: FEEL expressions and decision tables, evaluated within a budget."""
