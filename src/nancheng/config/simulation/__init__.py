"""``nancheng simulate``: many cases of a drawing on a virtual calendar, before anybody works so."""
