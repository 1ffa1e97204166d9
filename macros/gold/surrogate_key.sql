{# The MD5 of the parts of a natural key. Each part goes in with its length before it and a missing one
   as a dash, so that no two keys share a text: ('a', 'bc') is 1:a2:bc, ('ab', 'c') is 2:ab1:c, and
   (null) is -, which '' (0:) is not. Never null. Timestamps and booleans are to be made text by the
   caller: engines spell them differently. #}
{% macro surrogate_key(parts) %}
    {%- set texts = [] -%}
    {%- for part in parts -%}
        {%- set text = 'cast(' ~ part ~ ' as varchar)' -%}
        {%- do texts.append(
            "coalesce(cast(length(" ~ text ~ ") as varchar) || ':' || " ~ text ~ ", '-')"
        ) -%}
    {%- endfor -%}
    {%- do return(md5_hex(texts | join(' || '))) -%}
{% endmacro %}
