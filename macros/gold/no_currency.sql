{# What ISO 4217 calls no currency: for amounts whose order, which names it, has not arrived yet. #}
{% macro no_currency() %}
    {%- do return("'XXX'") -%}
{% endmacro %}
