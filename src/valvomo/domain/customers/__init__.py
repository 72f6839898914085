"""Customers as their own side of the house knows them: what the widget does, and who has signed them."""
