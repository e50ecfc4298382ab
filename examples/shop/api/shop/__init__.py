"""The shop's API: catalogue, basket, orders."""
