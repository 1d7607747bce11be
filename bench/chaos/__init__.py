"""What `bench.reliability` measures: the tiny spiral under faults."""
