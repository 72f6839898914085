"""Commands on records: making, changing and linking them, their forms, and reading in files of them."""
