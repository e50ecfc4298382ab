"""Replaces what nobody may see, on its way from a source to a snapshot. Pure: values in, values out.

Blocks of rows are masked beside each other, a few at a time: more threads of polars' own would wait for each other.
"""

import os

WORKERS = max(2, min(4, os.cpu_count() or 2))  # each holds a block in several forms, and memory is to stay bounded
os.environ.setdefault("POLARS_MAX_THREADS", f"{WORKERS}")  # read once, when polars is imported
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's: nobody here multiplies matrices, and its threads spin
