"""Reading what programs print."""


def last_line(text: str) -> str:
    """The last line that is not empty; of a traceback, the exception."""
    return last_lines(text, 1).strip()


def last_lines(text: str, count: int) -> str:
    """The last lines that are not empty."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-count:])
