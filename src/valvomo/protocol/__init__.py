"""What crosses the wire: documents and frames as they are sent, and the words in them."""
