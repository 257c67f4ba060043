"""The glass: Kivy, and only here. Importing this package does not import Kivy."""
