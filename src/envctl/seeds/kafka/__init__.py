"""Topics and offsets of Kafka."""
