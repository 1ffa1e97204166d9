{# Stops a run that cannot work with one clear line, instead of letting every model fail for itself. #}
{% macro require_bronze() %}
    {% if execute and not flags.EMPTY and flags.WHICH in ['run', 'build', 'freshness', 'source-freshness'] %}
        {% if not has_bronze_files() %}
            {% do exceptions.raise_compiler_error(
                'No bronze files under ' ~ lake_root() ~ '/bronze: replicate first (`make run`, or '
                ~ '`landfall replicate`), or point LANDFALL_HOME or LANDFALL_LAKE at the lake') %}
        {% endif %}
        {% do tell_newest_bronze_file() %}
    {% endif %}
{% endmacro %}

{# One line where bronze is seen through a list that was made before the build, and may be old. #}
{% macro tell_newest_bronze_file() %}
    {% do return(adapter.dispatch('tell_newest_bronze_file')()) %}
{% endmacro %}

{% macro default__tell_newest_bronze_file() %}
    {% set newest = run_query('select cast(max(modified_at) as varchar) from (' ~ list_bronze_files() ~ ') as listed').rows[0][0] %}
    {% do log('Bronze is read as `landfall catalog` listed it: its newest file is of ' ~ newest[:19]
        ~ ' UTC; what came later waits for the next listing', info=true) %}
{% endmacro %}

{% macro duckdb__tell_newest_bronze_file() %}
    {# it lists the files itself #}
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
