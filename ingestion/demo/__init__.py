"""Sample sources to try the product on: a local server, a shop's data and its daily traffic."""
