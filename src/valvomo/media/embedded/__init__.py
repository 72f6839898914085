"""The engine that comes with the house: it forwards what browsers send, packet by packet, and decodes nothing."""
