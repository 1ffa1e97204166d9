with checked as (
    select * from {{ ref('bronze_rows_checked') }}
),

final as (
    select
        source_name,
        table_name,
        source_file,
        reason,
        row_text,
        noticed_at
    from checked
    -- the other rows say how far the check has come
    where reason is not null
)

select * from final
