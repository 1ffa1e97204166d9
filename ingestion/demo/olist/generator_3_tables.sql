-- The tables as the shop has them.

create schema shop;

create table shop.customers as
select
    customer_id, customer_unique_id, zip as customer_zip_code_prefix, city as customer_city,
    state as customer_state
from placed
order by i;

create table shop.orders as
select
    order_id, customer_id, status as order_status, purchased as order_purchase_timestamp,
    if(has_approval, approved, null) as order_approved_at,
    if(has_left, leaves, null) as order_delivered_carrier_date,
    if(has_arrived, arrives, null) as order_delivered_customer_date,
    estimated as order_estimated_delivery_date
from timed
order by i;

create table shop.products as
select
    product_id, product_category_name,
    name_length::integer as product_name_lenght,
    description_length::integer as product_description_lenght,
    photos::integer as product_photos_qty,
    if(unmeasured, null, least(exp(6.6 + 1.3 * normal('weight', i)), 40000)::integer) as product_weight_g,
    if(unmeasured, null, least(greatest(exp(3.2 + 0.5 * normal('length', i)), 7), 105)::integer)
        as product_length_cm,
    if(unmeasured, null, least(greatest(exp(2.5 + 0.8 * normal('height', i)), 2), 105)::integer)
        as product_height_cm,
    if(unmeasured, null, least(greatest(exp(3.0 + 0.5 * normal('width', i)), 6), 118)::integer)
        as product_width_cm
from product
order by i;

create table shop.sellers as
select seller_id, zip as seller_zip_code_prefix, city as seller_city, state as seller_state
from seller
order by i;

create table shop.order_items as
select
    order_id, n::integer as order_item_id, product_id, seller_id,
    shipping_limit as shipping_limit_date, price, freight as freight_value
from line
order by i, n;

create table shop.order_payments as
select
    order_id, n::integer as payment_sequential, type as payment_type,
    instalments::integer as payment_installments, amount::decimal(10, 2) as payment_value
from payment
order by i, n;

create table shop.order_reviews as
select
    review_id, order_id, score::smallint as review_score, title as review_comment_title,
    comment as review_comment_message, created as review_creation_date,
    answered as review_answer_timestamp
from review
order by i, n;

create table shop.product_category_name_translation as
select name as product_category_name, english as product_category_name_english
from categories
where english is not null
order by position;

-- One to seven observations of a zip code prefix in use, some of them twice; one prefix in a
-- hundred has none.
create table shop.geolocation as
with used as (select distinct zip, city, state from placed union select distinct zip, city, state from seller),
observed as (
    select
        zip, city.*, zip::bigint as z, unnest(range(1, 2 + floor(7 * chance('seen', zip::bigint) ** 2)::int)) as n,
        part(z, if(n > 1 and chance('seen twice', part(z, n)) < 0.1, n - 1, n)) as k
    from used
    join cities as city using (city, state)
    where chance('unseen', zip::bigint) >= 0.01
)
select
    zip as geolocation_zip_code_prefix,
    lat + 0.05 * normal('place', z) + 0.005 * normal('lat', k) as geolocation_lat,
    lng + 0.05 * normal('place east', z) + 0.005 * normal('lng', k) as geolocation_lng,
    if(chance('spelling', k) < 0.2, typed, city) as geolocation_city,
    state as geolocation_state
from observed
order by zip, n;
