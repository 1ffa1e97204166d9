{# A cast that gives null for what does not fit. dbt's own macro; this is Athena's variant of it, by which
   unit tests come to their rows. #}
{% macro athena__safe_cast(field, type) %}
    {%- if type.startswith('timestamp') -%}
        {# with the precision that tables have, and from ISO 8601 too, as dbt writes the times of a YAML file #}
        {%- do return("try_cast(replace(cast(" ~ field ~ " as varchar), 'T', ' ') as " ~ column_type('timestamp') ~ ")") -%}
    {%- endif -%}
    {%- do return('try_cast(' ~ field ~ ' as ' ~ type ~ ')') -%}
{% endmacro %}
