{# Where the lake is: LANDFALL_LAKE (a folder or s3://bucket/prefix), else `lake` under LANDFALL_HOME.
   Relative paths count from dbt_project/, where dbt runs. #}
{% macro lake_root() %}
    {% set home = env_var('LANDFALL_HOME', '../.landfall') %}
    {% do return(env_var('LANDFALL_LAKE', home ~ '/lake').rstrip('/')) %}
{% endmacro %}
