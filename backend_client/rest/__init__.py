"""The backend over HTTP: typed calls, a time limit on each, and retries where they are harmless.

Every write carries an id of its own, so sending it again after silence does it once. A till
works through `till.TillClient`, a kiosk through `terminal.TerminalClient`, and the staff at a
kiosk through `desk.DeskClient`.
"""
