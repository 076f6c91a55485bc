"""The week of the market that clears: every country is a market of each material, and goods pass where it pays."""
