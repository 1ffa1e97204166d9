{# The id of a place that a source gives as the parts of an address: the parts in small letters with bars
   between, so that two spellings of one place meet (capitals differ: an ß has one on some engines only);
   null where all of them are missing. #}
{% macro location_id(country, state, city, postal_code) %}
    {%- set parts = [] -%}
    {%- for part in [country, state, city, postal_code] -%}
        {%- do parts.append('lower(trim(coalesce(' ~ part ~ ", '')))") -%}
    {%- endfor -%}
    {%- do return('nullif(' ~ parts | join(" || '|' || ") ~ ", '|||')") -%}
{% endmacro %}
