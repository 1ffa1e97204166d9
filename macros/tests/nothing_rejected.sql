{# No file that is in bronze now holds a row that silver had to leave out. A row for each file and
   reason. Only a warning: what is sound in the file is in silver, and the rest of the night's build
   does not depend on it. Ends when the file is replaced by a right one or moved away. #}
{% test nothing_rejected(model) %}
    {{ config(severity='warn') }}
    select
        rejected.source_file,
        rejected.reason,
        count(*) as row_count,
        'bronze/' || rejected.source_file || ': ' || cast(count(*) as varchar) || ' row(s) left out of silver: '
        || rejected.reason || ' (see rejected_rows; replace the file or reload the table)' as finding
    from {{ model }} as rejected
    inner join (
        select
            source_file,
            max(noticed_at) as noticed_at
        from {{ ref('bronze_files') }}
        group by source_file
    ) as newest
        on rejected.source_file = newest.source_file
        and rejected.noticed_at = newest.noticed_at
    inner join ({{ list_bronze_files() }}) as present on rejected.source_file = present.source_file
    group by rejected.source_file, rejected.reason
{% endtest %}
