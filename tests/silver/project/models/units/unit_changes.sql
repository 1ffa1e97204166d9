-- What the units take as input; unit tests put their own rows in its place.
{{ config(materialized='table') }}
select
    cast(null as integer) as id,
    cast(null as integer) as line,
    cast(null as varchar) as v,
    cast(null as integer) as before_id,
    cast(null as integer) as before_line,
    cast(null as varchar) as _op,
    cast(null as varchar) as _position,
    cast(null as timestamp) as _committed_at,
    cast(null as varchar) as _source_file
where 1 = 0
