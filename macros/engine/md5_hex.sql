{# The MD5 of a text as 32 lower-case hex digits: the same digits on every engine, because surrogate
   keys must be. #}
{% macro md5_hex(text) %}
    {{ return(adapter.dispatch('md5_hex')(text)) }}
{% endmacro %}

{% macro default__md5_hex(text) %}
    {%- do return('md5(' ~ text ~ ')') -%}
{% endmacro %}

{% macro athena__md5_hex(text) %}
    {# Trino hashes bytes, gives bytes, and spells hex in capitals. #}
    {%- do return('lower(to_hex(md5(to_utf8(' ~ text ~ '))))') -%}
{% endmacro %}
