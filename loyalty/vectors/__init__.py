"""Conformance vectors: what every rule must give, as JSON that a till in any language can run."""
