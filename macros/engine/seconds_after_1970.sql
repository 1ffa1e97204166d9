{# The timestamp (UTC) that a number of seconds since 1970 means. #}
{% macro seconds_after_1970(seconds) %}
    {%- do return(
        dbt.dateadd('second', seconds, "cast('1970-01-01 00:00:00' as " ~ column_type('timestamp') ~ ')')
    ) -%}
{% endmacro %}
