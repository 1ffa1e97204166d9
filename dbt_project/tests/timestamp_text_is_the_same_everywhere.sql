-- Six digits of a second, also when they are zero: surrogate keys are made of it.
{%- set timestamp = column_type('timestamp') %}

with texts as (
    select
        {{ timestamp_text("cast('2018-01-02 03:04:05' as " ~ timestamp ~ ")") }} as whole_second,
        {{ timestamp_text("cast('2018-01-02 03:04:05.000006' as " ~ timestamp ~ ")") }}
            as microseconds
)

select * from texts
where whole_second <> '2018-01-02 03:04:05.000000'
    or microseconds <> '2018-01-02 03:04:05.000006'
