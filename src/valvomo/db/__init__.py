"""PostgreSQL and nothing else: transactions, named statements, migrations, one thin module per area.

Nothing above this package sees SQL, and nothing in it decides anything: rules live in ``domain``.
"""
