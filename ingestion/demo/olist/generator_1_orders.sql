-- The shop's nine tables in schema `shop`, from the tables of the vocabulary and the variables
-- `orders` and `seed`. Order i of 0 .. orders - 1 and everything below it is a function of i.

-- A number in [0, 1) for a purpose and a row. Hashing an argument list at once would leave the
-- purposes correlated, so row and purpose are hashed apart and then together.
create macro chance(purpose, i) as
    (hash(xor(hash(i::bigint), hash(concat(getvariable('seed'), purpose)))) >> 11)::double
    / 9007199254740992.0;
-- A draw from the normal distribution (Box and Muller).
create macro normal(purpose, i) as
    sqrt(-2 * ln(1 - chance(purpose || '~', i))) * cos(2 * pi() * chance(purpose, i));
create macro id(purpose, i) as md5(concat(getvariable('seed'), purpose, i));
create macro one_of(list, purpose, i) as list[1 + floor(chance(purpose, i) * len(list))::bigint];
create macro after(moment, days) as moment + to_seconds(floor(days * 86400)::bigint);
-- A key for line or payment number `n` of order i.
create macro part(i, n) as i * 64 + n;

-- A vocabulary table with the point of [0, 1) at which each row's share begins.
create macro shares(list) as table
    select *, (sum(weight) over (order by position) - weight) / sum(weight) over () as begins
    from query_table(list);

create table city_shares as
select *, (sum(weight) over (partition by state order by position) - weight)
    / sum(weight) over (partition by state) as begins
from cities;

create table score_shares as
select *, (sum(weight) over (partition by outcome order by position) - weight)
    / sum(weight) over (partition by outcome) as begins
from scores;

-- Catalogue. A third as many products as orders; 31 sellers to a thousand orders.

create table counts as
select
    greatest(1, getvariable('orders') * 33 // 100)::bigint as products,
    greatest(2, getvariable('orders') * 31 // 1000)::bigint as sellers;

create table product as
with drawn as (
    select
        range as i, chance('category', range) as u_category,
        chance('no category', range) < 0.019 as bare, chance('unmeasured', range) < 0.001 as unmeasured
    from range((select products from counts))
)
select
    i, id('product', i) as product_id, unmeasured,
    if(bare, null, category.name) as product_category_name,
    if(bare, null, least(5 + floor(45 + 10 * normal('name', i)), 76)) as name_length,
    if(bare, null, least(floor(exp(6.4 + 0.8 * normal('description', i))), 3992)) as description_length,
    if(bare, null, least(1 + floor(-1.6 * ln(1 - chance('photos', i))), 20)) as photos,
    -- Few sellers offer most products.
    floor((select sellers from counts) * chance('home seller', i) ** 3)::bigint as seller,
    greatest(3.5, least(exp(4.36 + 0.95 * normal('price', i)), 6700)) as price
from drawn asof join shares('categories') as category on u_category >= category.begins;

create table seller as
with drawn as (
    select
        range as i, chance('seller city', range) as u_city,
        -- Six in ten sellers are in São Paulo, the others where the customers are.
        if(chance('seller in SP', range) < 0.55, 0, chance('seller state', range)) as u_state
    from range((select sellers from counts))
),
placed as (select drawn.*, states.state from drawn asof join shares('states') as states on u_state >= begins)
select
    i, id('seller', i) as seller_id, city.city, city.state,
    lpad((zip_from + floor(chance('seller zip', i) * (zip_to - zip_from)))::bigint::varchar, 5, '0') as zip
from placed
asof join city_shares as city on placed.state = city.state and placed.u_city >= city.begins;

-- Orders, their buyers and their milestones.

create table draft as
select
    range as i, chance('month', range) as u_month, chance('hour', range) as u_hour,
    chance('lines', range) as u_lines, chance('first payment', range) as u_payment,
    chance('payments', range) as u_payments,
    -- Steps of the golden ratio instead of random numbers cover [0, 1) evenly: every status has
    -- its share even among a thousand orders.
    (range * 0.6180339887498949 + chance('status', 0)) % 1 as u_status,
    -- One order in thirty is a known buyer's.
    if(range > 0 and chance('returning', range) < 0.033, floor(chance('buyer', range) * range)::bigint, range)
        as buyer,
    -- Some of them have moved since.
    if(chance('moved', range) < 0.1, range, buyer) as home
from range(getvariable('orders'));

create table placed as
with stated as (
    select draft.*, chance('state', home) as u_state, chance('city', home) as u_city from draft
),
with_state as (
    select stated.*, state, late_share, transit_days, promised_days
    from stated asof join shares('states') as states on u_state >= begins
),
with_city as (
    select with_state.*, city.city, city.zip_from, city.zip_to
    from with_state
    asof join city_shares as city on with_state.state = city.state and u_city >= city.begins
),
with_month as (
    select with_city.*, value::date as month
    from with_city asof join shares('months') as months on u_month >= begins
),
with_hour as (
    select with_month.*, value as hour
    from with_month asof join shares('hours') as hours on u_hour >= begins
),
with_status as (
    select with_hour.*, value as status
    from with_hour asof join shares('statuses') as statuses on u_status >= begins
),
with_lines as (
    select with_status.*, value as lines
    from with_status asof join shares('line_counts') as line_counts on u_lines >= begins
),
with_payment as (
    select with_lines.*, value as first_payment
    from with_lines asof join shares('first_payments') as first_payments on u_payment >= begins
)
select
    with_payment.*, value as payments,
    id('order', i) as order_id, id('customer', i) as customer_id, id('buyer', buyer) as customer_unique_id,
    lpad((zip_from + floor(chance('zip', home) * (zip_to - zip_from)))::bigint::varchar, 5, '0') as zip,
    after(
        month + to_days(floor(chance('day', i) * day(last_day(month)))::int),
        (hour + chance('second', i)) / 24
    ) as purchased
from with_payment asof join shares('payment_counts') as payment_counts on u_payments >= begins;

create table timed as
with promised as (
    select
        *,
        date_trunc('day', after(purchased, promised_days * (0.75 + 0.5 * chance('promise', i))))::timestamp
            as estimated,
        case
            -- A boleto is paid at a bank, a card is checked at once or by hand.
            when first_payment = 'boleto' then after(purchased, 0.4 + 2.2 * chance('approval', i))
            when chance('by hand', i) < 0.2 then after(purchased, 0.1 + 1.5 * chance('approval', i))
            else after(purchased, (8 + 25 * chance('approval', i)) / 1440)
        end as approved,
        least(exp(0.55 + 0.85 * normal('handling', i)), 12) as handling,
        transit_days * exp(0.45 * normal('transit', i) - 0.1) as transit,
        chance('late', i) < late_share as late
    from placed
),
arriving as (
    select
        *,
        if(
            late,
            after(estimated, 0.2 - 8 * ln(1 - chance('how late', i))),
            -- In time: as long as it takes, but within what was promised.
            after(approved, least(handling + transit,
                epoch(estimated - approved) / 86400 * (0.4 + 0.58 * chance('in time', i))))
        ) as arrives
    from promised
),
leaving as (
    select
        *,
        if(
            chance('booked late', i) < 0.01,
            -- The approval is booked after the parcel has left.
            after(approved, -chance('handling', i)),
            after(approved, least(handling, epoch(arrives - approved) / 86400 * 0.7))
        ) as leaves
    from arriving
)
select
    *,
    -- How far a canceled order got: 77% approved, 12% sent, 1% even delivered. One delivered order
    -- in two thousand lacks its date.
    chance('canceled at', i) as u_cancel,
    status <> 'created' and (status <> 'canceled' or u_cancel < 0.77) as has_approval,
    status in ('shipped', 'delivered') or (status = 'canceled' and u_cancel < 0.12) as has_left,
    (status = 'delivered' and chance('undated', i) >= 0.0005)
    or (status = 'canceled' and u_cancel < 0.01) as has_arrived,
    case status
        when 'created' then false
        when 'unavailable' then chance('lines anyway', i) < 0.01
        when 'canceled' then has_left or chance('lines anyway', i) < 0.7
        else true
    end as has_lines
from leaving;
