{%- set years = calendar_years() -%}
{%- set months = [
    'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
    'November', 'December',
] -%}
{%- set days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] -%}
{%- set iso_year = "cast(" ~ dbt.date_trunc('year', 'thursday') ~ " as date)" -%}

with digits as (
    {% for digit in range(10) -%}
    select {{ digit }} as digit
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

numbers as (
    select
        ones.digit + 10 * tens.digit + 100 * hundreds.digit
        + 1000 * thousands.digit + 10000 * ten_thousands.digit as number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as ten_thousands
),

days as (
    select
        cast({{ dbt.dateadd('day', 'number', "cast('" ~ years[0] ~ "-01-01' as date)") }} as date)
            as date_day
    from numbers
    where number <= {{ 366 * (years[1] - years[0] + 1) }}
),

-- 1 January 1900 was a Monday: days since then tell the day of the week
calendar as (
    select
        date_day,
        cast(extract(year from date_day) as integer) as year_number,
        cast(extract(month from date_day) as integer) as month_number,
        cast(extract(day from date_day) as integer) as day_of_month,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start,
        cast({{ dbt.date_trunc('year', 'date_day') }} as date) as year_start,
        1 + mod({{ days_between("cast('1900-01-01' as date)", 'date_day') }}, 7) as day_of_week
    from days
    where extract(year from date_day) between {{ years[0] }} and {{ years[1] }}
),

-- ISO 8601: a week belongs to the year that its Thursday is in
thursdays as (
    select
        *,
        cast({{ dbt.dateadd('day', '4 - day_of_week', 'date_day') }} as date) as thursday
    from calendar
),

final as (
    select
        ---------- ids
        {{ date_key('date_day') }} as date_key,

        ---------- dates
        date_day,
        month_start,

        ---------- numerics
        year_number,
        cast(1 + floor((month_number - 1) / 3.0) as integer) as quarter_number,
        month_number,
        day_of_month,
        day_of_week,
        1 + {{ days_between('year_start', 'date_day') }} as day_of_year,
        cast(extract(year from thursday) as integer) as iso_year,
        cast(1 + floor({{ days_between(iso_year, 'thursday') }} / 7.0) as integer) as iso_week,

        ---------- strings
        cast(
            case month_number
                {% for month in months -%}
                when {{ loop.index }} then '{{ month }}'
                {% endfor %}
            end as varchar
        ) as month_name,
        cast(
            case day_of_week
                {% for day in days -%}
                when {{ loop.index }} then '{{ day }}'
                {% endfor %}
            end as varchar
        ) as day_name,

        ---------- booleans
        day_of_week >= 6 as is_weekend
    from thursdays

    union all

    select
        -1 as date_key,
        cast(null as date) as date_day,
        cast(null as date) as month_start,
        cast(null as integer) as year_number,
        cast(null as integer) as quarter_number,
        cast(null as integer) as month_number,
        cast(null as integer) as day_of_month,
        cast(null as integer) as day_of_week,
        cast(null as integer) as day_of_year,
        cast(null as integer) as iso_year,
        cast(null as integer) as iso_week,
        cast('unknown' as varchar) as month_name,
        cast('unknown' as varchar) as day_name,
        cast(null as boolean) as is_weekend
)

select * from final
