"""What masking does to data, told before any data moves."""
