{# dbt asks here for a model's schema. The target's own schema is the plain one (main, public, default)
   or a person's, and a person's becomes a prefix: dev_ann gives dev_ann_gold. #}
{% macro generate_schema_name(custom_schema_name, node) %}
    {%- do return(schema_name(target.schema, custom_schema_name)) -%}
{% endmacro %}

{# The same with its inputs as arguments, so that it can be tried out. #}
{% macro schema_name(target_schema, custom_schema_name=none) %}
    {%- if not custom_schema_name -%}
        {%- do return(target_schema) -%}
    {%- elif target_schema in ['main', 'public', 'default'] -%}
        {%- do return(custom_schema_name | trim) -%}
    {%- endif -%}
    {%- do return(target_schema ~ '_' ~ (custom_schema_name | trim)) -%}
{% endmacro %}
