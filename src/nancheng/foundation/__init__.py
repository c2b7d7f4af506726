"""Django apps every line of business may use; they know none of them."""
