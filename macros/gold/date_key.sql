{# The key of a timestamp's day in dim_dates: the number yyyymmdd, or -1 (the unknown date) where it is
   missing or outside the calendar. #}
{% macro date_key(timestamp) %}
    {%- set years = calendar_years() -%}
    {%- do return(
        'case when extract(year from ' ~ timestamp ~ ') between ' ~ years[0] ~ ' and ' ~ years[1]
        ~ ' then cast(extract(year from ' ~ timestamp ~ ') as integer) * 10000'
        ~ ' + cast(extract(month from ' ~ timestamp ~ ') as integer) * 100'
        ~ ' + cast(extract(day from ' ~ timestamp ~ ') as integer) else -1 end'
    ) -%}
{% endmacro %}
