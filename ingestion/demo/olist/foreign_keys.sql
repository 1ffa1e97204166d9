-- What ties the tables of schema.sql together, to be run when they are filled.
-- Products do not point to the translations: some categories have none.

alter table public.orders
add constraint orders_customer_id_fkey foreign key (customer_id) references public.customers;

alter table public.order_items
add constraint order_items_order_id_fkey foreign key (order_id) references public.orders,
add constraint order_items_product_id_fkey foreign key (product_id) references public.products,
add constraint order_items_seller_id_fkey foreign key (seller_id) references public.sellers;

alter table public.order_payments
add constraint order_payments_order_id_fkey foreign key (order_id) references public.orders;

alter table public.order_reviews
add constraint order_reviews_order_id_fkey foreign key (order_id) references public.orders;

-- Removing an order or a customer looks for rows that still point to it.
create index on public.orders (customer_id);
create index on public.order_reviews (order_id);
