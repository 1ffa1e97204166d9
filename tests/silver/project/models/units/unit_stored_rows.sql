-- What a base_ model holds before a run.
{{ config(materialized='table') }}
select
    cast(null as integer) as id,
    cast(null as varchar) as v,
    cast(null as boolean) as _is_deleted,
    cast(null as varchar) as _position,
    cast(null as timestamp) as _committed_at,
    cast(null as varchar) as _source_file
where 1 = 0
