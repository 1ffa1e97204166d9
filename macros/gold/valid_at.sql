{# The condition that a dimension's version is the one valid at an instant. The end is not part of the
   interval: the next version begins there. Two plain comparisons, for an `or` in an outer join makes
   some engines compare every row with every other. #}
{% macro valid_at(dimension, instant) %}
    {%- do return(
        dimension ~ '.valid_from <= ' ~ instant ~ ' and coalesce('
        ~ dimension ~ ".valid_to, cast('9999-12-31 00:00:00' as " ~ column_type('timestamp') ~ ')) > ' ~ instant
    ) -%}
{% endmacro %}
