"""What is measured: how each system is installed and started, and how its own clients speak to it."""
