"""What the numbers prove: intervals, tests and verdicts; each rule is in docs/statistics.md."""
