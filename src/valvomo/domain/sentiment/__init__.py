"""What a customer's words feel like: levels, readings of messages, and the mood that follows from them."""
