{# dbt-athena asks here what kind of table to make, also of the empty ones by which unit tests learn their
   types: Iceberg always, for only it takes merges and deletes there, and keeps microseconds. #}
{% macro resolve_table_type() %}
    {%- do return('iceberg') -%}
{% endmacro %}
