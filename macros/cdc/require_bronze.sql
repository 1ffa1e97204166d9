{# Stops a run that cannot work with one clear line, instead of letting every model fail for itself. #}
{% macro require_bronze() %}
    {% if execute and not flags.EMPTY and flags.WHICH in ['run', 'build', 'freshness', 'source-freshness'] and not has_bronze_files() %}
        {% do exceptions.raise_compiler_error(
            'No bronze files under ' ~ lake_root() ~ '/bronze: replicate first (`make run`, or '
            ~ '`landfall replicate`), or point LANDFALL_HOME or LANDFALL_LAKE at the lake') %}
    {% endif %}
{% endmacro %}

{% macro has_bronze_files() %}
    {% do return(adapter.dispatch('has_bronze_files')()) %}
{% endmacro %}

{% macro default__has_bronze_files() %}
    {% do return(run_query('select 1 from (' ~ list_bronze_files() ~ ') as listed limit 1').rows | length > 0) %}
{% endmacro %}

{% macro duckdb__has_bronze_files() %}
    {% set pattern = lake_root() ~ '/bronze/*/*/*/**' %}
    {% do return(run_query("select 1 from glob('" ~ pattern ~ "') limit 1").rows | length > 0) %}
{% endmacro %}
