"""Comparisons with other tools, for anybody to run; nothing in ferbench imports them."""
