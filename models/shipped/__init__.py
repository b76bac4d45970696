"""What the shipped files are: see the cards beside them."""
