"""Made-up data that is spread as an example is."""
