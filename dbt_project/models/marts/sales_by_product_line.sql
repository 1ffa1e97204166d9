with lines as (
    select * from {{ ref('fact_orders') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

employees as (
    select * from {{ ref('dim_employees') }}
),

statuses as (
    select * from {{ ref('dim_order_status') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

described_lines as (
    select
        lines.source_system,
        products.category_name_english as product_line,
        coalesce(customers.country_code, 'unknown') as customer_country,
        dates.month_start as order_month,
        lines.employee_key,
        employees.employee_name,
        managers.employee_name as manager_name,
        lines.currency_code,
        lines.order_id,
        lines.quantity,
        lines.line_amount,
        lines.discount_amount,
        lines.reporting_amount
    from lines
    inner join products on lines.product_key = products.product_key
    inner join customers on lines.customer_key = customers.customer_key
    inner join employees on lines.employee_key = employees.employee_key
    inner join employees as managers on employees.manager_employee_key = managers.employee_key
    inner join statuses on lines.order_status_key = statuses.order_status_key
    inner join dates on lines.order_date_key = dates.date_key
    -- an order that came to nothing is no sale
    where statuses.outcome <> 'failed'
),

final as (
    select
        ---------- dimensions
        source_system,
        product_line,
        customer_country,
        order_month,
        employee_key,
        employee_name,
        manager_name,
        currency_code,

        ---------- numerics
        cast(count(distinct order_id) as integer) as order_count,
        cast(sum(quantity) as decimal(18, 4)) as unit_count,
        cast(sum(line_amount) as decimal(14, 2)) as sales_amount,
        cast(sum(discount_amount) as decimal(14, 2)) as discount_amount,
        cast(sum(reporting_amount) as decimal(16, 2)) as reporting_amount
    from described_lines
    group by
        source_system, product_line, customer_country, order_month, employee_key, employee_name,
        manager_name, currency_code
)

select * from final
