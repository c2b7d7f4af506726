"""Measures Nancheng beside other engines and a bare transaction; run by `make bench`."""
