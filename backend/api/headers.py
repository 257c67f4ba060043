"""What every answer tells a browser, so that nothing of ours is shown or kept where it must not."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # What is not a page of ours loads nothing and is shown nowhere; pages say what they need.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    # Balances, names and keys must not stay in a browser's or a proxy's memory.
    "Cache-Control": "no-store",
}
"""What every answer says, unless the route says it otherwise."""
HTTPS_ONLY = "max-age=31536000; includeSubDomains"
"""For a year, once a browser has seen us over TLS."""
