"""Documents as text: what ships with the product, what a user adds, and how a text is cut into passages."""
