{# The engine's own clock, as a timestamp without zone in UTC. One clock for every host that runs dbt. #}
{% macro utc_now() %}
    {{ return(adapter.dispatch('utc_now')()) }}
{% endmacro %}

{% macro duckdb__utc_now() %}
    {# the statement's time by way of its epoch: needs no time zone extension #}
    {%- do return('make_timestamp(epoch_us(now()))') -%}
{% endmacro %}

{% macro athena__utc_now() %}
    {%- do return("cast(current_timestamp(6) at time zone 'UTC' as timestamp(6))") -%}
{% endmacro %}

{% macro redshift__utc_now() %}
    {# getdate() has whole seconds only, and two writes in one second could not be told apart. SYSDATE is
       in the session's time zone, which is UTC unless someone altered the user. #}
    {%- do return('sysdate') -%}
{% endmacro %}
