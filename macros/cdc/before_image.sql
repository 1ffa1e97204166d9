{# The column that holds the old value of a key column when an update changed the key. #}
{% macro before_image(column) %}
    {%- do return('before_' ~ column) -%}
{% endmacro %}
