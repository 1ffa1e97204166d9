{# The key of the unknown member, the one row of a dimension that stands for what is missing. #}
{% macro unknown_key() %}
    {%- do return("cast('00000000000000000000000000000000' as varchar)") -%}
{% endmacro %}
