"""A PostgreSQL stand-in for Amazon Redshift: what dbt-redshift's own code and SQL meet in the tests."""
