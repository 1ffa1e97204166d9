{# Calendar days from one timestamp to another as an integer: midnights passed, negative backwards,
   null when either is. Both are cut to their day first, because some engines count midnights and
   some count whole periods of 24 hours. #}
{% macro days_between(start, end) %}
    {{ return(adapter.dispatch('days_between')(start, end)) }}
{% endmacro %}

{% macro default__days_between(start, end) %}
    {%- set days = dbt.datediff('cast(' ~ start ~ ' as date)', 'cast(' ~ end ~ ' as date)', 'day') -%}
    {%- do return('cast(' ~ days ~ ' as integer)') -%}
{% endmacro %}
