{# A query of the rows of some bronze files as read_bronze gives them, and beside each: _file_name,
   _is_full_load, _sent_op, _change_seq, and _reason: why it cannot be applied, null where it can. #}
{% macro bronze_rows(table, files) %}
    with read as (
        {% if files %}{{ read_bronze(table, files) }}{% else %}{{ read_no_bronze(table) }}{% endif %}
    ),

    named as (
        select
            *,
            {{ file_name('_source_file') }} as _file_name,
            {{ file_name('_source_file') }} like '%LOAD%' as _is_full_load,
            -- without the column, all changes are inserts (CdcInsertsOnly)
            coalesce("Op", 'I') as _sent_op,
            nullif(_dms_change_seq, '') as _change_seq
        from read
        -- the header line, where DMS was told to write one
        where coalesce("Op", 'I') <> 'Op'
    )

    select
        *,
        case
            when _malformed is not null then _malformed
            when _sent_op not in ('I', 'U', 'D') then 'unknown Op "' || _sent_op || '"'
            {% if not table.key %}
            when _sent_op <> 'I' then 'Op ' || _sent_op || ' in a table without a key'
            {% endif %}
            when _dms_timestamp is null or not {{ is_timestamp('_dms_timestamp') }}
                then 'no commit time: "' || coalesce(_dms_timestamp, '') || '"'
            when not _is_full_load and _change_seq is not null and not {{ is_change_seq('_change_seq') }}
                then 'change sequence "' || _change_seq || '" is not 35 digits'
            {% for name in table.key %}
            when {{ adapter.quote(name) }} is null then 'no {{ name }}, which is in the key'
            {% endfor %}
        end as _reason
    from named
{% endmacro %}

{# Whether a text is a timestamp as DMS writes it; and whether one is a change sequence, 35 digits. #}
{% macro is_timestamp(text) %}
    {{ return(adapter.dispatch('is_timestamp')(text)) }}
{% endmacro %}

{% macro default__is_timestamp(text) %}
    {%- do return("translate(" ~ text ~ ", '0123456789', '') in ('-- ::.', '-- ::')") -%}
{% endmacro %}

{% macro duckdb__is_timestamp(text) %}
    {# less than half of what translate() costs #}
    {%- do return('(try_cast(' ~ text ~ ' as timestamp) is not null)') -%}
{% endmacro %}

{% macro is_change_seq(text) %}
    {{ return(adapter.dispatch('is_change_seq')(text)) }}
{% endmacro %}

{% macro default__is_change_seq(text) %}
    {%- do return("(length(" ~ text ~ ") = 35 and translate(" ~ text ~ ", '0123456789', '') = '')") -%}
{% endmacro %}

{% macro duckdb__is_change_seq(text) %}
    {%- do return("regexp_full_match(" ~ text ~ ", '[0-9]{35}')") -%}
{% endmacro %}

{% macro file_name(path) %}
    {%- do return("regexp_replace(" ~ path ~ ", '^.*/', '')") -%}
{% endmacro %}

{% macro athena__file_name(path) %}
    {# no negative index there #}
    {%- do return("element_at(split(" ~ path ~ ", '/'), -1)") -%}
{% endmacro %}
