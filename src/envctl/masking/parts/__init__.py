"""What ways of masking are made of."""
