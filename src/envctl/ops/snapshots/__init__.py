"""Snapshots: where their data comes from, how they are made, found, cloned from, shown and removed."""
