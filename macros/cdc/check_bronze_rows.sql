{# The body of the model bronze_rows_checked: the rows of all tables of the registry that no change
   can be made of, found in the files that were noticed since its last run. Of a Parquet file only the
   columns are read that tell. One row more, without a reason, says how far the check has come. #}
{% macro check_bronze_rows() %}
    {{ config(materialized='incremental', incremental_strategy='append') }}
    {% set noticed = ref('bronze_files') %}
    {% set fresh = [] %}
    {% if execute and not flags.EMPTY and load_relation(noticed) is not none %}
        {% set mark = run_query('select cast(max(noticed_at) as varchar) from ' ~ this).rows[0][0] if is_incremental() else none %}
        {% set fresh = run_query(unchecked_files(noticed, mark)).rows | list %}
    {% endif %}
    {% set newest = fresh | map(attribute='noticed_at') | max if fresh else none %}

    with rejected as (
        {% for node in (graph.sources.values() if execute else []) if node.config.meta.get('database_schema') %}
        {% set files = fresh | selectattr('source_name', 'equalto', node.source_name)
            | selectattr('table_name', 'equalto', node.name) | map(attribute='source_file') | list %}
        {% if files %}
        {{ rejected_rows_in(registered_table(node.source_name, node.name), files) }}
        union all
        {% endif %}
        {% endfor %}
        select
            cast(null as {{ column_type('varchar') }}) as source_name,
            cast(null as {{ column_type('varchar') }}) as table_name,
            cast(null as {{ column_type('varchar') }}) as source_file,
            cast(null as {{ column_type('varchar') }}) as reason,
            cast(null as {{ column_type('varchar') }}) as row_text
        where 1 = 0
    ),

    noticed_when as (
        select
            source_file,
            max(noticed_at) as noticed_at
        from {{ noticed }}
        group by source_file
    ),

    final as (
        select
            rejected.source_name,
            rejected.table_name,
            rejected.source_file,
            rejected.reason,
            rejected.row_text,
            noticed_when.noticed_at
        from rejected
        inner join noticed_when on rejected.source_file = noticed_when.source_file
        {% if newest %}
        union all
        select
            cast(null as {{ column_type('varchar') }}) as source_name,
            cast(null as {{ column_type('varchar') }}) as table_name,
            cast(null as {{ column_type('varchar') }}) as source_file,
            cast(null as {{ column_type('varchar') }}) as reason,
            cast(null as {{ column_type('varchar') }}) as row_text,
            cast('{{ newest }}' as {{ column_type('timestamp') }}) as noticed_at
        {% endif %}
    )

    select * from final
{% endmacro %}

{# A query of the files to check: an empty file has no rows to reject (see new_bronze_files), and one
   that has gone cannot be read. #}
{% macro unchecked_files(noticed, mark) %}
    select
        noticed.source_name,
        noticed.table_name,
        noticed.source_file,
        max(noticed.noticed_at) as noticed_at
    from {{ noticed }} as noticed
    inner join ({{ list_bronze_files() }}) as present on noticed.source_file = present.source_file
    where present.size_bytes > 0
        {% if mark %}and noticed.noticed_at > cast('{{ mark }}' as {{ column_type('timestamp') }}){% endif %}
    group by noticed.source_name, noticed.table_name, noticed.source_file
    order by noticed.source_file
{% endmacro %}

{# A query of the rejected rows of one table: those of text files as they stand there, of others what
   tells them apart. #}
{% macro rejected_rows_in(table, files) %}
    select
        '{{ table.source }}' as source_name,
        '{{ table.name }}' as table_name,
        _source_file as source_file,
        _reason as reason,
        coalesce(
            _line,
            coalesce("Op", '') || ',' || coalesce(_dms_timestamp, '') || ',' || coalesce(_dms_change_seq, '')
            {% for name in table.key %}
            || ',{{ name }}=' || coalesce(cast({{ adapter.quote(name) }} as varchar), '')
            {% endfor %}
        ) as row_text
    from ({{ bronze_rows(table, files) }}) as bronze_rows
    where _reason is not null
{% endmacro %}
