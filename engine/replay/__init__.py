"""Reading the log again: is it whole, what was done and why, does the state follow from it?"""
