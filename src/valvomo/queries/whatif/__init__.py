"""What if: the house and its past as an experiment, carried out beside the server."""
