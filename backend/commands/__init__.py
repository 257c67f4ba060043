"""What an operator types: one file for each subject, joined by `python -m backend`."""
