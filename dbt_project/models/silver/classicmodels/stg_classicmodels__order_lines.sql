with source as (
    select * from {{ ref('base_classicmodels__orderdetails') }}
),

-- The source's key is order and product; nothing there keeps the number unique within the order.
numbered as (
    select
        *,
        max(orderlinenumber) over (partition by ordernumber) as last_number,
        row_number() over (
            partition by ordernumber, orderlinenumber
            order by productcode
        ) as bearer
    from source
    where not _is_deleted
),

placed as (
    select
        *,
        row_number() over (
            partition by ordernumber, case when bearer = 1 then 1 else 2 end
            order by orderlinenumber, productcode
        ) as place
    from numbered
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        cast(ordernumber as varchar) as order_id,
        cast(
            case when bearer = 1 then orderlinenumber else last_number + place end as integer
        ) as line_number,
        productcode as product_id,
        cast(null as varchar) as seller_id,

        ---------- strings
        cast('USD' as varchar) as currency_code,

        ---------- numerics
        cast(quantityordered as decimal(18, 4)) as quantity,
        cast(priceeach as decimal(14, 4)) as unit_price,
        cast(quantityordered * priceeach as decimal(14, 2)) as line_amount,
        cast(0 as decimal(14, 2)) as discount_amount,
        cast(0 as decimal(14, 2)) as tax_amount,
        cast(null as decimal(14, 2)) as freight_amount,

        ---------- timestamps
        cast(null as {{ column_type('timestamp') }}) as shipping_limit_at,
        _applied_at
    from placed
)

select * from renamed
