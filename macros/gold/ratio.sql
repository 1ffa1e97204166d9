{# One sum over another to four places, null where there is nothing to divide by. Engines disagree on
   the type of avg() and of a division of whole numbers. #}
{% macro ratio(part, whole) %}
    {%- do return(
        'cast(cast(' ~ part ~ ' as ' ~ column_type('double') ~ ') / nullif(' ~ whole ~ ', 0) as decimal(10, 4))'
    ) -%}
{% endmacro %}
