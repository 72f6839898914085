"""The sample organization and the people who bring it to life, through public interfaces only."""
