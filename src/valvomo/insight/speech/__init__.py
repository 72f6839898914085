"""Writing down what is said: the port, what is behind it, and the processes in which it runs."""
