{# A timestamp as text, always `yyyy-mm-dd hh:mm:ss.ffffff`. A plain cast drops a zero fraction on one
   engine and keeps it on another, and a surrogate key made from it would differ. #}
{% macro timestamp_text(timestamp) %}
    {{ return(adapter.dispatch('timestamp_text')(timestamp)) }}
{% endmacro %}

{% macro default__timestamp_text(timestamp) %}
    {%- do return("to_char(" ~ timestamp ~ ", 'YYYY-MM-DD HH24:MI:SS.US')") -%}
{% endmacro %}

{% macro athena__timestamp_text(timestamp) %}
    {# date_format() stops at milliseconds. #}
    {%- do return('cast(cast(' ~ timestamp ~ ' as timestamp(6)) as varchar)') -%}
{% endmacro %}

{% macro duckdb__timestamp_text(timestamp) %}
    {%- do return("strftime(" ~ timestamp ~ ", '%Y-%m-%d %H:%M:%S.%f')") -%}
{% endmacro %}
