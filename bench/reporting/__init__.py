"""What `bench.reports` measures, one module for each measure."""
