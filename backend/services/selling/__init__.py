"""At the till: sales, what they earn, what points pay, and what is given back."""
