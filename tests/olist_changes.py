"""Changes of the marketplace's data that its traffic hardly brings."""

from __future__ import annotations

# Everything that change handling and the dimensions have to get right, and a text that is longer than
# Redshift's plain varchar.
CHANGES = (
    "delete from order_items where ctid in (select ctid from order_items limit 2)",
    "with gone as (select order_id from orders order by 1 limit 1), "
    "i as (delete from order_items where order_id in (select order_id from gone)), "
    "p as (delete from order_payments where order_id in (select order_id from gone)), "
    "r as (delete from order_reviews where order_id in (select order_id from gone)) "
    "delete from orders where order_id in (select order_id from gone)",
    "update products set product_category_name = 'novo' "
    "where product_id in (select product_id from order_items limit 3)",
    "insert into product_category_name_translation values ('novo', 'new')",
    "update product_category_name_translation set product_category_name_english = 'renamed' "
    "where product_category_name in (select product_category_name from products limit 1)",
    "update sellers set seller_city = 'São Paulo ''moved''' where ctid in (select ctid from sellers limit 2)",
    "update sellers set seller_city = repeat('ã', 300) where ctid in (select ctid from sellers limit 1)",
    "update customers set customer_unique_id = (select min(customer_unique_id) from customers) "
    "where customer_id in (select customer_id from customers order by 1 desc limit 2)",
    "update order_reviews set review_comment_message = repeat('Muito bom! ', 60) "
    "where ctid in (select ctid from order_reviews limit 1)",
    # a changed key, and a time to the microsecond
    "update order_payments set payment_sequential = 9 "
    "where ctid in (select ctid from order_payments limit 1)",
    "update orders set order_approved_at = timestamp '2018-02-03 04:05:06.789012' "
    "where ctid in (select ctid from orders limit 1)",
)
