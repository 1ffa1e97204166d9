-- Days on which calendars go wrong: leap days, and turns of years whose ISO week is another year's.
{%- set known_days = [
    (20041231, 5, 366, 2004, 53),
    (20160229, 1, 60, 2016, 9),
    (20160101, 5, 1, 2015, 53),
    (20181231, 1, 365, 2019, 1),
    (20161231, 6, 366, 2016, 52),
] %}

with expected as (
    {% for date_key, day_of_week, day_of_year, iso_year, iso_week in known_days -%}
    select
        {{ date_key }} as date_key,
        {{ day_of_week }} as day_of_week,
        {{ day_of_year }} as day_of_year,
        {{ iso_year }} as iso_year,
        {{ iso_week }} as iso_week
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

calendar as (
    select * from {{ ref('dim_dates') }}
),

wrong_days as (
    select expected.date_key
    from expected
    left join calendar on expected.date_key = calendar.date_key
    where calendar.date_key is null
        or expected.day_of_week <> calendar.day_of_week
        or expected.day_of_year <> calendar.day_of_year
        or expected.iso_year <> calendar.iso_year
        or expected.iso_week <> calendar.iso_week
),

-- as many days as lie between the first and the last, so none is missing
missing_days as (
    select count(*) as date_key
    from calendar
    where date_key <> -1
    having count(*) <> 1 + max({{ days_between("cast('2010-01-01' as date)", 'date_day') }})
        - min({{ days_between("cast('2010-01-01' as date)", 'date_day') }})
)

select date_key from wrong_days
{# with --empty, tests see no row of any model #}
{% if flags.EMPTY -%}
where 1 = 0
{%- endif %}
union all
select date_key from missing_days
