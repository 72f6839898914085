"""What if: the real routing in virtual time, on what came or on what might come."""
