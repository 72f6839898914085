"""What is said in calls, written down: who writes, and when a line of it begins and ends."""
