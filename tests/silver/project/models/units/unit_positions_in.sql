{{ config(materialized='table') }}
select
    cast(null as integer) as id,
    cast(null as varchar) as change_seq,
    cast(null as varchar) as committed_at,
    cast(null as varchar) as file_name,
    cast(null as boolean) as is_full_load
where 1 = 0
