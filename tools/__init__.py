"""What builds the data of the product and is not part of it."""
