"""Hardware: card readers, chips, printers. Knows nothing of loyalty and imports nothing of ours."""
