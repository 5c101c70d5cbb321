"""What follows from the log: pure folds and pure functions of them."""
