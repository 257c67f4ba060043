"""What is sent out: letters to people, news to other systems."""
