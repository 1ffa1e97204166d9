{# A text YYYY-MM-DD HH:MM:SS as a timestamp; null for any other text. dbt's safe_cast fails on Redshift where a
   text is no time. Days and seconds are added to the first of the month, so what no calendar has (30 February)
   is a later day and no error. #}
{% macro safe_timestamp(text) %}
    {%- set month -%}
        cast(substr({{ text }}, 1, 7) || '-01 00:00:00' as {{ column_type('timestamp') }})
    {%- endset -%}
    {%- set seconds -%}
        (cast(substr({{ text }}, 9, 2) as integer) - 1) * 86400 + cast(substr({{ text }}, 12, 2) as integer) * 3600
        + cast(substr({{ text }}, 15, 2) as integer) * 60 + cast(substr({{ text }}, 18, 2) as integer)
    {%- endset -%}
    {%- do return(
        'case when translate(' ~ text ~ ", '123456789', '000000000') = '0000-00-00 00:00:00'"
        ~ ' and substr(' ~ text ~ ", 1, 4) > '0000' and substr(" ~ text ~ ", 6, 2) between '01' and '12'"
        ~ ' then ' ~ dbt.dateadd('second', seconds, month) ~ ' end'
    ) -%}
{% endmacro %}
