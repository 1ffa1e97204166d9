{# DuckDB's part of read_bronze for CSV files. #}
{% macro duckdb__read_csv_bronze(table, csv) %}
    {% set key = table.columns | selectattr('name', 'in', table.key) | list %}
    select
        {{ duckdb__csv_value(table, 1) }} as "Op",
        {{ duckdb__csv_value(table, 2) }} as _dms_timestamp,
        {% for column in table.columns %}
        case
            when {{ loop.index + 2 }} < seq_place
                then try_cast({{ duckdb__csv_value(table, loop.index + 2) }} as {{ column_type(column.data_type) }})
        end
            as {{ adapter.quote(column.name) }},
        {% endfor %}
        {{ duckdb__csv_value(table, 'seq_place') }} as _dms_change_seq,
        {% for column in key %}
        try_cast({{ duckdb__csv_value(table, 'seq_place + ' ~ loop.index) }} as {{ column_type(column.data_type) }})
            as {{ adapter.quote(before_image(column.name)) }},
        {% endfor %}
        _source_file,
        case
            when own_width <> width then own_width || ' fields where the rows of its file have ' || width
            {% for column in table.columns %}
            {{ duckdb__csv_misfit(table, loop.index + 2, column, (loop.index + 2) ~ ' < seq_place') }}
            {% endfor %}
            {% for column in key %}
            {{ duckdb__csv_misfit(table, 'seq_place + ' ~ loop.index, column, 'true') }}
            {% endfor %}
        end as _malformed,
        list_aggregate(fields, 'string_agg', ',') as _line
    from ({{ duckdb__csv_lines(table, csv) }}) as csv_lines
{% endmacro %}

{% macro duckdb__csv_value(table, place) -%}
    nullif(fields[{{ place }}], '{{ table.csv_null }}')
{%- endmacro %}

{% macro duckdb__csv_misfit(table, place, column, is_there) -%}
    {% set value = duckdb__csv_value(table, place) %}
    when {{ is_there }} and {{ value }} is not null and try_cast({{ value }} as {{ column_type(column.data_type) }}) is null
        then '{{ column.name }}: "' || {{ value }} || '" is no {{ column.data_type }}'
{%- endmacro %}

{# The lines of CSV files as `fields`, with own_width and own_place of the line, and width and seq_place
   of its file: how many fields, and the place of the change sequence. DMS appends a new column of the
   source after the old ones, which moves the change sequence and the before images behind it, and
   older files lack what was switched on later: so each file has a layout of its own. Most of its rows
   tell how wide it is, and where the 35 digits of the sequence stand. #}
{% macro duckdb__csv_lines(table, csv) %}
    {% set key = table.columns | selectattr('name', 'in', table.key) | list %}
    {% set declared_place = 3 + table.columns | length %}
    with lines as (
        {# no detection: a file of few rows gives it nothing to go by. A field that is missing is
           null and nothing else is; fields past the last name are dropped. #}
        {% set names = range(declared_place + key | length + 8) %}
        select
            _source_file,
            [{% for n in names %}field{{ n }}{{ ', ' if not loop.last }}{% endfor %}] as fields
        from read_csv(
            [{{ csv | join(', ') }}], auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
            null_padding = true, strict_mode = false, parallel = false, nullstr = 'landfall: no such field',
            filename = '_source_file',
            columns = { {%- for n in names %}'field{{ n }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} }
        )
    ),

    measured as materialized (
        select
            *,
            list_count(fields) as own_width,
            case
                when regexp_full_match(fields[{{ declared_place }}], '[0-9]{35}') then {{ declared_place }}
                else list_position(list_transform(fields, lambda field: regexp_full_match(field, '[0-9]{35}')), true)
            end as own_place
        from lines
    ),

    layouts as (
        select
            _source_file,
            own_width as width,
            coalesce(
                own_place,
                -- no row has one: a load, or a sequence that is wrong in all of them
                case
                    when own_width > {{ declared_place + key | length }} then own_width - {{ key | length }}
                    else {{ declared_place }}
                end
            ) as seq_place
        from measured
        where coalesce(fields[1], '') <> 'Op'
        group by _source_file, own_width, own_place
        qualify row_number() over (partition by _source_file order by count(*) desc, own_width desc) = 1
    )

    select
        measured.*,
        width,
        seq_place
    from measured
    inner join layouts using (_source_file)
{% endmacro %}
