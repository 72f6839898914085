"""Jobs: what the house does by itself, each for as long as the process lives."""
