"""The sample shop on WordPress: WooCommerce's tables with orders in either storage, and its traffic."""
