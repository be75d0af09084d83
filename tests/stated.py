"""What tests measure is said when the suite ends: a rate is more than that it was high enough."""

#: The property of a test (`record_property`) whose value the summary shows.
STATED = "stated"
