{# The surrogate key of the parts, or the unknown member's key where one of them is missing. For
   dimensions without versions, whose key needs no look-up. #}
{% macro key_or_unknown(parts) %}
    {%- do return(
        'case when ' ~ (parts | join(' is null or ')) ~ ' is null then ' ~ unknown_key()
        ~ ' else ' ~ surrogate_key(parts) ~ ' end'
    ) -%}
{% endmacro %}
