{# The body of the model bronze_files: every version of every bronze file, with the moment when it
   was first noticed. Base and history models read what was noticed after their own mark, so a file
   that arrives late, or again, is applied like any other, and none is read twice. #}
{% macro notice_bronze_files() %}
    {{ config(
        materialized='incremental',
        incremental_strategy='append',
    ) }}
    {% set there_are_files = execute and not flags.EMPTY and has_bronze_files() %}
    {% set listing = list_bronze_files() if there_are_files else no_bronze_files() %}
    {% set noticed = this if is_incremental() else none %}
    {% set load_starts = full_load_starts(listing, noticed) if there_are_files else [] %}

    with listed as (
        {{ unnoticed(listing, noticed) }}
    ),

    load_starts as (
        {% for source_file, load_started_at in load_starts %}
        select
            cast('{{ source_file }}' as {{ column_type('varchar') }}) as source_file,
            cast({{ "'" ~ load_started_at ~ "'" if load_started_at else 'null' }} as {{ column_type('timestamp') }}) as load_started_at
        {% if not loop.last %}union all{% endif %}
        {% else %}
        select
            cast(null as varchar) as source_file,
            cast(null as {{ column_type('timestamp') }}) as load_started_at
        where 1 = 0
        {% endfor %}
    ),

    final as (
        select
            listed.source_name,
            listed.schema_name,
            listed.table_name,
            listed.source_file,
            listed.size_bytes,
            listed.modified_at,
            listed.is_full_load,
            load_starts.load_started_at,
            {% if noticed %}
            -- later than all before it, also when the clock steps back
            greatest(
                {{ utc_now() }},
                (select max(noticed_at) from {{ noticed }}) + interval '1' second
            ) as noticed_at
            {% else %}
            {{ utc_now() }} as noticed_at
            {% endif %}
        from listed
        left join load_starts on listed.source_file = load_starts.source_file
        -- a load file that appeared after its start was looked up waits for the next run
        where not listed.is_full_load or load_starts.source_file is not null
    )

    select * from final
{% endmacro %}

{# The files of a listing that `noticed` does not hold yet, in this version of theirs. #}
{% macro unnoticed(listing, noticed) %}
    select * from ({{ listing }}) as listed
    {% if noticed %}
    where not exists (
        select 1
        from {{ noticed }} as noticed
        where noticed.source_file = listed.source_file
            and noticed.size_bytes = listed.size_bytes
            and noticed.modified_at = listed.modified_at
    )
    {% endif %}
{% endmacro %}

{% macro no_bronze_files() %}
    {% do return("
        select
            cast(null as " ~ column_type('varchar') ~ ") as source_name,
            cast(null as " ~ column_type('varchar') ~ ") as schema_name,
            cast(null as " ~ column_type('varchar') ~ ") as table_name,
            cast(null as " ~ column_type('varchar') ~ ") as source_file,
            cast(null as bigint) as size_bytes,
            cast(null as " ~ column_type('timestamp') ~ ") as modified_at,
            cast(null as boolean) as is_full_load
        where 1 = 0
    ") %}
{% endmacro %}
