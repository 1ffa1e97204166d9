"""The sample shop: the Olist marketplace's nine tables, generated or published, and its traffic."""
