"""Quality: what conversations are judged by, the score as one function, and which of them are drawn."""
