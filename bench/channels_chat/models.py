"""What is kept of a chat."""

from django.db import models


class Message(models.Model):
    """One message of a room."""

    room = models.CharField(max_length=64, db_index=True)
    author = models.CharField(max_length=64)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """As the administration shows it."""
        return f"{self.author}: {self.text}"
