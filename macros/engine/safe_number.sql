{# A text as a number of that type; null for what is no number or too long for it. dbt's safe_cast fails
   there on Redshift, and engines disagree on what a number may look like (`1e3`, `1_000`): here it is
   digits, with a point and a minus sign at most. #}
{% macro safe_number(text, type) %}
    {%- set text = 'trim(' ~ text ~ ')' -%}
    {%- set digits = {'integer': 9, 'bigint': 18} -%}
    {%- if '(' in type -%}
        {%- set precision = type.split('(')[1].rstrip(')').split(',') -%}
        {%- do digits.update({type: [18, precision[0] | int - precision[1] | int] | min}) -%}
    {%- endif -%}
    {# by way of a decimal: not every engine reads 2.00 as an integer #}
    {%- do return(
        'cast(case when translate(' ~ text ~ ", '0123456789', '') in ('', '.', '-', '-.')"
        ~ ' and ' ~ text ~ " not like '_%-%'"
        ~ " and translate(" ~ text ~ ", '.-', '') <> ''"
        ~ " and length(split_part(translate(" ~ text ~ ", '-', ''), '.', 1)) <= " ~ digits[type]
        ~ ' then cast(' ~ text ~ ' as decimal(26,8)) end as ' ~ type ~ ')'
    ) -%}
{% endmacro %}
