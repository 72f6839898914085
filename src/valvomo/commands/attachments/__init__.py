"""Files that people bring: taken in, looked into, handed to messages."""
