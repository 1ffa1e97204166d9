{# What a model that applies changes has still to read of its table, found when it is compiled:
     {files: [path below bronze/], noticed_at, generations: [load start], has_load: bool}
   `applied` is the model itself, whose newest _noticed_at is how far it has come; none means from the
   start. A file that has gone since it was noticed (a reload clears the folder) is left out. #}
{% macro new_bronze_files(table, applied) %}
    {# One question for both answers, as each costs seconds on some engines: what is new, and the loads.
       A load that was written over before this model read it is none of its generations: nobody can say
       any more which keys it held. A load whose start nobody knows could not be opened when it was
       noticed, or has no rows: one that cannot be opened now either stops the model here. #}
    {% set noticed = run_query("
        with noticed as (
            select
                source_file,
                size_bytes,
                is_full_load,
                load_started_at,
                noticed_at,
                max(noticed_at) over (partition by source_file) as newest_noticed_at
            from " ~ ref('bronze_files') ~ "
            where source_name = '" ~ table.source ~ "' and table_name = '" ~ table.name ~ "'
        ),

        applied as (
            select " ~ ('max(_noticed_at)' if applied else 'cast(null as ' ~ column_type('timestamp') ~ ')') ~ " as noticed_at
            " ~ ('from ' ~ applied if applied else '') ~ "
        ),

        versions as (
            select
                noticed.*,
                noticed.noticed_at = noticed.newest_noticed_at as is_newest,
                applied.noticed_at is null or noticed.noticed_at > applied.noticed_at as is_unread,
                present.source_file is not null as is_present
            from noticed
            cross join applied
            left join (" ~ present_bronze_files(table) ~ ") as present on noticed.source_file = present.source_file
        ),

        final as (
            select
                versions.*,
                is_newest and is_unread and is_present as is_fresh,
                is_full_load and (is_newest or not is_unread)
                and (load_started_at is not null or (size_bytes > 0 and is_present)) as is_load
            from versions
        )

        select
            source_file,
            noticed_at,
            cast(load_started_at as varchar),
            size_bytes,
            case when is_full_load then 1 else 0 end,
            case when is_fresh then 1 else 0 end,
            case when is_load then 1 else 0 end
        from final
        where is_fresh or is_load
        order by source_file, noticed_at").rows %}
    {% set fresh = [] %}
    {% set starts = [] %}
    {% set unopened = [] %}
    {% for file, noticed_at, load_started_at, size_bytes, is_full_load, is_fresh, is_load in noticed %}
        {% if is_fresh and size_bytes == 0 %}
            {% do exceptions.raise_compiler_error(
                'bronze/' ~ file ~ ' is empty (0 bytes), so its table stays as it was: restore the file, or '
                ~ 'move it away, then build again') %}
        {% endif %}
        {% if is_fresh %}
            {% do fresh.append({'file': file, 'noticed_at': noticed_at, 'is_full_load': is_full_load}) %}
        {% endif %}
        {% if is_load and load_started_at %}
            {% do starts.append(load_started_at) %}
        {% elif is_load and table.load_time == 'task_start' %}
            {% do unopened.append(file) %}
        {% endif %}
    {% endfor %}
    {% if unopened %}
        {% do starts.extend(run_query(read_load_starts(unopened | unique | list)).rows | map(attribute=1) | select) %}
    {% endif %}
    {% do return({
        'files': fresh | map(attribute='file') | unique | list,
        'noticed_at': fresh | map(attribute='noticed_at') | max if fresh else none,
        'generations': starts | unique | sort,
        'has_load': fresh | selectattr('is_full_load') | list | length > 0,
    }) %}
{% endmacro %}

{# A query: source_file of each file of the table that is in bronze at this moment. #}
{% macro present_bronze_files(table) %}
    {{ return(adapter.dispatch('present_bronze_files')(table)) }}
{% endmacro %}

{% macro default__present_bronze_files(table) %}
    {% do return("select source_file from (" ~ (catalog_listing(table.source) or no_bronze_files()) ~ ") as listed"
        ~ " where table_name = '" ~ table.name ~ "'") %}
{% endmacro %}

{% macro duckdb__present_bronze_files(table) %}
    {% set prefix = lake_root() ~ '/bronze/' %}
    {% set folder = prefix ~ table.source ~ '/' ~ table.schema ~ '/' ~ table.name %}
    {% do return("select substr(file, " ~ (prefix | length + 1) ~ ") as source_file from glob('" ~ folder ~ "/**')") %}
{% endmacro %}
