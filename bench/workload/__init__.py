"""The one workload by which everything is measured: *floor*, *churn* and *ceiling*, for any system's people."""
