-- Lines, payments and reviews of the orders that generator_1_orders.sql made.

-- Lines and payments.

create table line as
with numbered as (
    select
        timed.*, unnest(range(1, lines + 1)) as n, part(i, n) as k,
        -- A few products sell much more often than the rest.
        floor((select products from counts) * chance('product', i) ** 1.8)::bigint as base_product
    from timed
    where has_lines
),
chosen as (
    select
        *,
        -- Several lines are mostly several pieces of one product.
        if(n = 1 or chance('same product', i) < 0.69, base_product,
            floor((select products from counts) * chance('product', k) ** 1.8)::bigint) as product_number
    from numbered
),
priced as (
    select
        chosen.i, chosen.n, k, order_id, purchased, approved, transit_days, product_number,
        product.product_id, product.price,
        if(product_number <> base_product and chance('same seller', chosen.i) < 0.6, base.seller, product.seller)
            as seller_number
    from chosen
    join product on product.i = product_number
    join product as base on base.i = base_product
)
select
    priced.i, n, order_id, product_id, seller_id,
    after(approved, 4 + floor(4 * chance('limit', priced.i))) as shipping_limit,
    -- The price moves over time; freight rises with the distance, of which the transit is a measure.
    (price * (0.9 + 0.2 * chance('price', part(product_number, month(purchased)))))::decimal(10, 2) as price,
    ((8 + 0.9 * transit_days) * exp(0.35 * normal('freight', k)))::decimal(10, 2) as freight
from priced
join seller on seller.i = seller_number;

create table payment as
with owed as (
    select
        timed.i, any_value(timed.order_id) as order_id, any_value(first_payment) as first_payment,
        any_value(payments) as payments,
        any_value(status = 'canceled' and not has_lines and chance('not paid', timed.i) < 0.05) as not_paid,
        -- An order whose lines are gone has been paid all the same.
        coalesce(sum(price + freight), any_value(exp(4.5 + 0.9 * normal('paid', timed.i))))::decimal(10, 2)
            as total
    from timed
    left join line on line.i = timed.i
    group by timed.i
),
numbered as (
    select
        *, unnest(range(1, if(not_paid, 1, payments) + 1)) as n, part(i, n) as k,
        -- In whole numbers, so that their sum does not depend on the order of adding.
        1 + floor(20 * chance('weight', k))::bigint + if(n = 1, 20, 0) as weight,
        chance('instalments', k) as u_instalments
    from owed
),
typed as (
    select
        *,
        case
            when not_paid then 'not_defined'
            when n > 1 then 'voucher'
            when payments > 1 then if(chance('vouchers only', i) < 0.12, 'voucher', 'credit_card')
            else first_payment
        end as type,
        case
            when not_paid then 0
            when n > 1 then floor(total * 100 * weight / sum(weight) over (partition by i)) / 100
        end::decimal(10, 2) as partial
    from numbered
)
select
    i, order_id, n, type, if(type = 'credit_card', value, 1) as instalments,
    -- The first payment bears what the others leave.
    coalesce(partial, total - coalesce(sum(partial) over (partition by i), 0)) as amount
from typed
asof join shares('instalments') as instalments on u_instalments >= begins;

-- Reviews. One order in a hundred has none and one in a hundred two; one in 120 shares the review
-- of the order before it, text and all.

create table review as
with asked as (
    select i, i as source, 0 as n from timed where chance('no review', i) >= 0.01
    union all
    select i, i, 1 from timed where chance('second review', i) < 0.01
),
shared as (
    select i, if(n = 0 and i > 0 and chance('shared review', i) < 0.008, i - 1, source) as source, n
    from asked
),
answered as (
    select
        shared.i, shared.n, part(source, n) as k, told.order_id, chance('score', k) as u_score,
        case
            when not about.has_arrived then 'never'
            when about.arrives > about.estimated then 'late'
            else 'on_time'
        end as outcome,
        date_trunc('day', after(if(about.has_arrived, about.arrives, about.estimated), 1 + n * 3))::timestamp
            as created
    from shared
    join timed as told on told.i = shared.i
    join timed as about on about.i = source
),
scored as (
    select answered.*, score.value as score
    from answered
    asof join score_shares as score on answered.outcome = score.outcome and u_score >= score.begins
),
told as (
    select
        scored.*, chance('title', k) as u_title, chance('comment', k) as u_comment,
        one_of(titles, 'which title', k) as title,
        one_of(openings, 'opening', k)
        || case
            when chance('detail', k) >= 0.6 then ''
            when chance('newline', k) < 0.25 then e'\r\n' || one_of(details, 'which detail', k)
            else ', ' || one_of(details, 'which detail', k)
        end
        || if(chance('end', k) < 0.3, ' ' || one_of(endings, 'which end', k), '')
        -- Many leave a blank behind.
        || if(chance('blank', k) < 0.15, ' ', '') as comment
    from scored
    join phrases using (score)
)
select
    i, n, id('review', k) as review_id, order_id, score,
    -- No title is NULL, a title that was cleared is empty.
    case when u_title < 0.12 then title when u_title < 0.125 then '' end as title,
    case
        when u_comment < 0.005 then ''
        when u_comment < if(score <= 2, 0.74, if(score = 3, 0.47, 0.35))
            then if(chance('shouting', k) < 0.04, upper(comment), comment)
    end as comment,
    created, after(created, exp(0.45 + 0.9 * normal('answer', k))) as answered
from told;
