"""Looking at figures of individuals, taking figures away: what leaves a trace in the audit log."""
