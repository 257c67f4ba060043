"""The staff's stories: unlock, help a member, decide on vouchers, look after the machine."""
