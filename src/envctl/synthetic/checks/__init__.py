"""What the conditions of tables and domains let rows hold, as facts that values can be made from."""
