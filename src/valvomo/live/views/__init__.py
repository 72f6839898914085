"""Pure folds: a view and one more fact give the view after it. No input or output, no clock, no chance."""
