{# The registry's type of a column, in the engine's words. The registry speaks of: varchar, smallint,
   integer, bigint, decimal(p,s), real, double, date, timestamp, boolean, varbinary. #}
{% macro column_type(data_type) %}
    {{ return(adapter.dispatch('column_type')(data_type)) }}
{% endmacro %}

{% macro default__column_type(data_type) %}
    {%- do return(data_type) -%}
{% endmacro %}

{% macro athena__column_type(data_type) %}
    {# Without a precision it is three digits of a second, which cuts times, and which Iceberg refuses. #}
    {%- do return('timestamp(6)' if data_type == 'timestamp' else data_type) -%}
{% endmacro %}

{% macro redshift__column_type(data_type) %}
    {# varchar without a length is varchar(256) where a table is created, and a longer text fails #}
    {%- set names = {
        'varchar': 'varchar(65535)',
        'double': 'double precision',
        'varbinary': 'varbyte(1024000)',
    } -%}
    {%- do return(names.get(data_type, data_type)) -%}
{% endmacro %}
