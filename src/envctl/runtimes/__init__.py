"""How workloads are run."""
