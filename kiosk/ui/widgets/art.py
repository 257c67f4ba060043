"""Pictures drawn by the kiosk itself."""
