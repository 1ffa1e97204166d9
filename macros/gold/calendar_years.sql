{# First and last year of dim_dates. A date outside has the unknown date's key. #}
{% macro calendar_years() %}
    {%- do return(var('calendar_years', [2000, 2039])) -%}
{% endmacro %}
