"""Quality: forms, rules by which conversations are drawn, and evaluations."""
