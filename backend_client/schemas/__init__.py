"""The wire contract v1. The backend imports the same files, so both sides read the same words.

A *request* may be refused. An *event* is a fact that happened at a terminal: it carries the id
that makes a retry harmless, and is never refused; it is accepted, known already, or accepted and
flagged. Points are whole numbers in the program's smallest unit, money is in minor units of its
currency, and times are RFC 3339 with their offset.

Each subject has its file, and a message is imported from the file of its subject: a kiosk that
never asks for a report does not load what reports are made of.
"""
