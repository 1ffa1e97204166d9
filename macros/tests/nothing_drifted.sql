{# The newest file of each table has the columns that the registry declares. Only a warning: silver takes
   what is declared, and the rest of the night's build does not depend on it. #}
{% test nothing_drifted(model) %}
    {{ config(severity='warn') }}
    select
        *,
        source_name || '.' || table_name || ': '
        || case drift
            when 'new' then 'column ' || column_name || coalesce(' (' || found_type || ')', '')
                || ' is new: to have it in silver, declare it and build with --full-refresh'
            when 'missing' then 'declared column ' || column_name
                || ' is missing, and null in silver: the source has it no more, or the file is of another table'
            when 'missing key' then 'key column ' || column_name
                || ' is missing, so no row is taken: the file is of another table; move it away, then build again'
            else 'column ' || column_name || ' is ' || found_type || ', declared as ' || declared_type
                || ': what does not fit stops the table until the declaration is right'
        end || ' (bronze/' || source_file || ')' as finding
    from {{ model }}
{% endtest %}
