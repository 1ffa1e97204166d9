{# What a model that applies changes has still to read of its table, found when it is compiled:
     {files: [path below bronze/], noticed_at, generations: [load start], has_load: bool}
   `mark` is the model's own progress (the newest noticed_at it applied); none means from the start.
   A file that has gone since it was noticed (a reload clears the folder) is left out. #}
{% macro new_bronze_files(table, mark) %}
    {% set noticed = ref('bronze_files') %}
    {% set of_table = "source_name = '" ~ table.source ~ "' and table_name = '" ~ table.name ~ "'" %}
    {% set present = present_bronze_files(table) %}
    {% set fresh = run_query("
        select
            noticed.source_file,
            max(noticed.noticed_at),
            max(case when noticed.is_full_load then 1 else 0 end),
            max(case when noticed.size_bytes = 0 then noticed.noticed_at end)
        from " ~ noticed ~ " as noticed
        inner join (" ~ present ~ ") as present on noticed.source_file = present.source_file
        where noticed." ~ of_table ~ (" and noticed.noticed_at > cast('" ~ mark ~ "' as " ~ column_type('timestamp') ~ ")" if mark else "") ~ "
        group by noticed.source_file
        order by noticed.source_file").rows %}
    {% for file, noticed_at, is_full_load, empty_at in fresh if empty_at == noticed_at %}
        {% do exceptions.raise_compiler_error(
            'bronze/' ~ file ~ ' is empty (0 bytes), so its table stays as it was: restore the file, or '
            ~ 'move it away, then build again') %}
    {% endfor %}
    {# A load that was written over before this model read it is none of its generations: nobody can say
       any more which keys it held. A load whose start nobody knows could not be opened when it was
       noticed, or has no rows: one that cannot be opened now either stops the model here. #}
    {% set loads = run_query("
        select distinct
            cast(load_started_at as varchar),
            case when load_started_at is null then source_file end
        from (
            select
                noticed.source_file,
                noticed.size_bytes,
                noticed.load_started_at,
                noticed.noticed_at,
                noticed.is_full_load,
                max(noticed.noticed_at) over (partition by noticed.source_file) as newest_noticed_at,
                present.source_file is not null as is_present
            from " ~ noticed ~ " as noticed
            left join (" ~ present ~ ") as present on noticed.source_file = present.source_file
            where noticed." ~ of_table ~ "
        ) as noticed
        where is_full_load
            and (load_started_at is not null or (size_bytes > 0 and is_present))
            and (noticed_at = newest_noticed_at" ~ (" or noticed_at <= cast('" ~ mark ~ "' as " ~ column_type('timestamp') ~ ")" if mark else "") ~ ")").rows %}
    {% set generations = loads | map(attribute=0) | select | list %}
    {% set unopened = loads | map(attribute=1) | select | list if table.load_time == 'task_start' else [] %}
    {% if unopened %}
        {% set generations = generations + run_query(read_load_starts(unopened)).rows | map(attribute=1) | select | list %}
    {% endif %}
    {% do return({
        'files': fresh | map(attribute=0) | list,
        'noticed_at': fresh | map(attribute=1) | max if fresh else none,
        'generations': generations | unique | sort,
        'has_load': (fresh | map(attribute=2) | max if fresh else 0) == 1,
    }) %}
{% endmacro %}

{# A query: source_file of each file of the table that is in bronze at this moment. #}
{% macro present_bronze_files(table) %}
    {{ return(adapter.dispatch('present_bronze_files')(table)) }}
{% endmacro %}

{% macro default__present_bronze_files(table) %}
    {% do return("select source_file from (" ~ list_bronze_files() ~ ") as listed"
        ~ " where source_name = '" ~ table.source ~ "' and table_name = '" ~ table.name ~ "'") %}
{% endmacro %}

{% macro duckdb__present_bronze_files(table) %}
    {% set prefix = lake_root() ~ '/bronze/' %}
    {% set folder = prefix ~ table.source ~ '/' ~ table.schema ~ '/' ~ table.name %}
    {% do return("select substr(file, " ~ (prefix | length + 1) ~ ") as source_file from glob('" ~ folder ~ "/**')") %}
{% endmacro %}
