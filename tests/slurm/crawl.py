"""How a test holds training back: kept apart, as importing the attentions would register them."""

#: Names a file: while it exists, each batch after the first epoch takes the seconds in it.
CRAWL = "FERBENCH_TEST_CRAWL"
