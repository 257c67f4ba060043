"""Programs: drafted, tried on the past, published, and opened to members."""
