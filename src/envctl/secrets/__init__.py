"""Where secret values come from, and how they reach containers."""
