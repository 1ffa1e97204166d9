{# Before everything: from here the first version of a dimension member is valid, so that events from
   before the first full load find it. #}
{% macro first_instant() %}
    {%- do return("cast('1900-01-01 00:00:00' as " ~ column_type('timestamp') ~ ')') -%}
{% endmacro %}
