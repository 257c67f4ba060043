"""The shop: its stores, products, prices and gifts."""
