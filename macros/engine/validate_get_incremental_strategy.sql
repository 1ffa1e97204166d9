{# dbt-athena asks here whether it knows a strategy; other adapters do not. Its own macro knows three, and
   every strategy that rewrites rows is one merge there (see iceberg_merge). #}
{% macro validate_get_incremental_strategy(raw_strategy, table_type) %}
    {%- if table_type == 'iceberg' and raw_strategy in ['delete+insert', 'replace_keys'] -%}
        {%- do return('merge') -%}
    {%- endif -%}
    {%- do return(dbt.validate_get_incremental_strategy(raw_strategy, table_type)) -%}
{% endmacro %}
