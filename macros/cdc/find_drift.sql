{# The body of the model drifted_columns: where the newest file of a table of the registry does not have
   the columns that the registry declares. Opens one file a table, and of that only its columns, where
   the format has them. A file that cannot be opened is left to the models that stop at it. #}
{% macro find_drift() %}
    {{ config(materialized='table') }}
    {% set noticed = ref('bronze_files') %}
    {% set newest = [] %}
    {% if execute and not flags.EMPTY and load_relation(noticed) is not none %}
        {% set newest = run_query(newest_files(noticed)).rows %}
    {% endif %}

    with final as (
        {% for source_name, table_name, source_file in newest if can_be_opened(source_file) %}
        {% for node in graph.sources.values() if node.source_name == source_name and node.name == table_name %}
        {{ drift_in(registered_table(source_name, table_name), source_file) }}
        union all
        {% endfor %}
        {% endfor %}
        {{ no_drift() }}
    )

    select * from final
{% endmacro %}

{# A query of the file of each table that tells its columns of today: the one noticed last; of those
   noticed together a change file, and the last by name. #}
{% macro newest_files(noticed) %}
    with present as (
        select source_file from ({{ list_bronze_files() }}) as listed
        where size_bytes > 0
    ),

    ranked as (
        select
            noticed.source_name,
            noticed.table_name,
            noticed.source_file,
            row_number() over (
                partition by noticed.source_name, noticed.table_name
                order by noticed.noticed_at desc, noticed.is_full_load, noticed.source_file desc
            ) as newest_first
        from {{ noticed }} as noticed
        inner join present on noticed.source_file = present.source_file
    )

    select
        source_name,
        table_name,
        source_file
    from ranked
    where newest_first = 1
    order by source_file
{% endmacro %}

{# A query of the drift in one file: source_name, table_name, source_file, drift (new, missing, missing key,
   retyped), column_name, declared_type, found_type, in the engine's words. #}
{% macro drift_in(table, file) %}
    {{ return(adapter.dispatch('drift_in')(table, file)) }}
{% endmacro %}

{% macro default__drift_in(table, file) %}
    {# Through a catalog every file has the columns that are declared there; what it has itself, no query
       tells. `landfall replicate` does, and so does this model on DuckDB. #}
    {{ no_drift() }}
{% endmacro %}

{# The same columns, and no row. #}
{% macro no_drift() %}
    select
        cast(null as {{ column_type('varchar') }}) as source_name,
        cast(null as {{ column_type('varchar') }}) as table_name,
        cast(null as {{ column_type('varchar') }}) as source_file,
        cast(null as {{ column_type('varchar') }}) as drift,
        cast(null as {{ column_type('varchar') }}) as column_name,
        cast(null as {{ column_type('varchar') }}) as declared_type,
        cast(null as {{ column_type('varchar') }}) as found_type
    where 1 = 0
{% endmacro %}

{% macro duckdb__drift_in(table, file) %}
    {% set path = lake_root() ~ '/bronze/' ~ file %}
    {% set ours = ['op', '_dms_timestamp', '_dms_change_seq'] %}
    {% for name in table.key %}{% do ours.append(before_image(name) | lower) %}{% endfor %}
    select
        '{{ table.source }}' as source_name,
        '{{ table.name }}' as table_name,
        '{{ file }}' as source_file,
        case
            {% if table.key %}
            when found.column_name is null and declared.column_name in ('{{ table.key | join("', '") }}') then 'missing key'
            {% endif %}
            when found.column_name is null then 'missing'
            when declared.column_name is null then 'new'
            else 'retyped'
        end as drift,
        coalesce(declared.column_name, found.column_name) as column_name,
        declared.column_type as declared_type,
        found.column_type as found_type
    from (
        {% for column in table.columns %}
        select
            '{{ column.name }}' as column_name,
            typeof(cast(null as {{ column_type(column.data_type) }})) as column_type
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as declared
    full join (
        {% if file.endswith('.parquet') %}
        select
            name as column_name,
            {# no other engine has these types: the registry has the next larger #}
            case duckdb_type
                when 'TINYINT' then 'SMALLINT'
                when 'UTINYINT' then 'SMALLINT'
                when 'USMALLINT' then 'INTEGER'
                when 'UINTEGER' then 'BIGINT'
                when 'UBIGINT' then 'DECIMAL(20,0)'
                else duckdb_type
            end as column_type
        from parquet_schema('{{ path }}')
        where duckdb_type is not null and lower(name) not in ('{{ ours | join("', '") }}')
        {% else %}
        {# without names: what was added stands after the declared columns; what is narrower has fewer.
           A file without any change sequence is taken to be as wide as declared where it can be. #}
        {% set names = table.columns | map(attribute='name') | list %}
        select
            coalesce(['{{ names | join("', '") }}'][place], 'number ' || place) as column_name,
            null as column_type
        from (
            select unnest(range(1, 1 + any_value(
                case when width < {{ 2 + names | length }} then least(width, seq_place) else seq_place end - 3
            ))) as place
            from ({{ duckdb__csv_lines(table, ["'" ~ path ~ "'"]) }}) as csv_lines
        ) as places
        {% endif %}
    ) as found on lower(found.column_name) = lower(declared.column_name)
    where found.column_name is null
        or declared.column_name is null
        or found.column_type <> declared.column_type
{% endmacro %}
