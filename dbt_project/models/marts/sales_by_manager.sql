with sales as (
    select * from {{ ref('sales_by_product_line') }}
),

managers as (
    select * from {{ ref('bridge_employee_managers') }}
),

employees as (
    select * from {{ ref('dim_employees') }}
),

-- each sale counts for its representative and for everyone above
credited as (
    select
        managers.source_system,
        managers.manager_employee_key as employee_key,
        sales.order_month,
        sales.currency_code,
        case when managers.distance = 0 then sales.sales_amount else 0 end as own_amount,
        sales.sales_amount as team_amount
    from sales
    inner join managers on sales.employee_key = managers.employee_key
),

final as (
    select
        ---------- dimensions
        credited.source_system,
        employees.employee_id,
        employees.employee_name,
        employees.job_title,
        employees.hierarchy_level,
        credited.order_month,
        credited.currency_code,

        ---------- numerics
        cast(sum(credited.own_amount) as decimal(14, 2)) as own_amount,
        cast(sum(credited.team_amount) as decimal(14, 2)) as team_amount
    from credited
    inner join employees on credited.employee_key = employees.employee_key
    group by
        credited.source_system, employees.employee_id, employees.employee_name,
        employees.job_title, employees.hierarchy_level, credited.order_month,
        credited.currency_code
)

select * from final
