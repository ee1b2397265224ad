"""Landing without Spark: discovery, framing, byte checks, Bundles, resource shape."""
