"""Subsets: which rows of a database come, so that everything that one of them references comes too."""
