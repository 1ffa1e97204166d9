"""The sample wholesaler: a MySQL database in the shape of the public classicmodels database, and its life."""
