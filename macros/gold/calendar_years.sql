{# First and last year of dim_dates. A date outside has the unknown date's key. #}
{% macro calendar_years() %}
    {%- do return(var('calendar_years', [2010, 2039])) -%}
{% endmacro %}
