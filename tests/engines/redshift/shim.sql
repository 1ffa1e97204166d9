-- What Amazon Redshift has and PostgreSQL has not. The schema stands before pg_catalog in the search
-- path, so a function here hides the one of PostgreSQL that behaves otherwise.
create schema redshift_standin;
grant usage on schema redshift_standin to public;

create function redshift_standin.refuse(reason text) returns void language plpgsql volatile as $$
begin
    raise exception using message = reason, errcode = 'feature_not_supported';
end $$;

---------- dates and times

-- The start of the statement in whole seconds; SYSDATE is the start of the transaction.
create function redshift_standin.getdate() returns timestamp language sql stable as
$$ select date_trunc('second', statement_timestamp() at time zone 'utc') $$;

create function redshift_standin.dateadd(part text, number bigint, start timestamp) returns timestamp
language sql immutable as $$ select start + number * ('1 ' || part)::interval $$;

-- Boundaries passed, not whole periods.
create function redshift_standin.datediff(part text, start timestamp, ending timestamp) returns bigint
language plpgsql immutable as $$
begin
    case lower(part)
        when 'day', 'hour', 'minute', 'second' then
            return extract(epoch from date_trunc(part, ending) - date_trunc(part, start))
                / extract(epoch from ('1 ' || part)::interval);
        when 'month' then
            return 12 * (extract(year from ending) - extract(year from start))
                + extract(month from ending) - extract(month from start);
        when 'year' then
            return extract(year from ending) - extract(year from start);
    end case;
end $$;

---------- strings

create function redshift_standin.len(source text) returns integer language sql immutable as
$$ select length(source) $$;

-- All occurrences, not the first alone.
create function redshift_standin.regexp_replace(source text, pattern text, replacement text)
returns text language sql immutable as
$$ select pg_catalog.regexp_replace(source, pattern, replacement, 'g') $$;

create function redshift_standin.split_part(source text, delimiter text, part integer) returns text
language plpgsql immutable as $$
begin
    if part <= 0 then
        raise exception 'field position must be greater than zero';
    end if;
    return pg_catalog.split_part(source, delimiter, part);
end $$;

---------- aggregates

-- The average of integers is an integer.
create function redshift_standin.int_avg(state bigint[]) returns bigint language sql immutable as
$$ select case when state[1] > 0 then state[2] / state[1] end $$;
create aggregate redshift_standin.avg(integer) (
    sfunc = int4_avg_accum, stype = bigint[], finalfunc = redshift_standin.int_avg, initcond = '{0,0}'
);

---------- tables: distribution, sort keys, and keys that nothing enforces

create table redshift_standin.table_storage (
    table_id oid primary key, diststyle text, distkey text, sortkeys text[] not null
);
grant all on redshift_standin.table_storage to public;

-- The proxy takes the attributes out of the DDL and leaves them in a comment at its end.
create function redshift_standin.on_create_table() returns event_trigger language plpgsql as $$
declare
    created record;
    storage jsonb := (regexp_match(current_query(), '/\* redshift: (\{[^}]*\}) \*/$'))[1];
    keys text[];
    missing text;
    constraint_name text;
begin
    for created in
        select objid, object_identity from pg_event_trigger_ddl_commands() where object_type = 'table'
    loop
        for constraint_name in
            select conname from pg_constraint where conrelid = created.objid and contype in ('p', 'u', 'f')
        loop
            execute format('alter table %s drop constraint %I', created.object_identity, constraint_name);
        end loop;
        continue when storage is null;
        keys := array(select jsonb_array_elements_text(storage -> 'sortkeys'));
        select key into missing
        from unnest(keys || (storage ->> 'distkey')) as key
        where key is not null and not exists (
            select from pg_attribute where attrelid = created.objid and attname = key
        );
        if missing is not null then
            raise exception 'column "%" specified as distkey/sortkey is not in the table "%"',
                missing, created.object_identity;
        end if;
        insert into redshift_standin.table_storage
        values (created.objid, storage ->> 'diststyle', storage ->> 'distkey', keys);
    end loop;
end $$;
create event trigger redshift_create_table on ddl_command_end
when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
execute function redshift_standin.on_create_table();

create view redshift_standin.svv_table_info as
select
    current_database() as "database",
    n.nspname as "schema",
    c.oid as table_id,
    c.relname as "table",
    case
        when s.distkey is not null then 'KEY(' || s.distkey || ')'
        else coalesce(upper(s.diststyle), 'AUTO(ALL)')
    end as diststyle,
    coalesce(s.sortkeys[1], 'AUTO(SORTKEY)') as sortkey1,
    cardinality(coalesce(s.sortkeys, '{}')) as sortkey_num
from pg_class as c
join pg_namespace as n on c.relnamespace = n.oid
left join redshift_standin.table_storage as s on c.oid = s.table_id
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'redshift_standin');

create view redshift_standin.pg_table_def as
select
    n.nspname as schemaname,
    c.relname as tablename,
    a.attname as "column",
    format_type(a.atttypid, a.atttypmod) as "type",
    coalesce(a.attname = s.distkey, false) as distkey,
    coalesce(array_position(s.sortkeys, a.attname::text), 0) as sortkey
from pg_class as c
join pg_namespace as n on c.relnamespace = n.oid
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join redshift_standin.table_storage as s on c.oid = s.table_id
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'redshift_standin');

---------- late-binding views

create schema redshift_late_binding;
grant all on schema redshift_late_binding to public;
create sequence redshift_late_binding.numbers;
grant all on sequence redshift_late_binding.numbers to public;

-- The query stands in a function's body, which PostgreSQL reads at every call: nothing depends on the
-- tables under it, and dropping them with CASCADE leaves the view. The planner inlines the function.
create function redshift_standin.create_late_binding_view(view_name text, query text) returns void
language plpgsql as $$
declare
    name text := 'view_' || nextval('redshift_late_binding.numbers');
    result_columns text;
    select_list text;
begin
    execute format('create view redshift_late_binding.%I as %s', name, query);
    select
        string_agg(format('%I %s', attname, format_type(atttypid, null)), ', ' order by attnum),
        string_agg(
            format('%I::%s as %I', attname, format_type(atttypid, atttypmod), attname), ', '
            order by attnum
        )
    into result_columns, select_list
    from pg_attribute
    where attrelid = format('redshift_late_binding.%I', name)::regclass and attnum > 0;
    execute format('drop view redshift_late_binding.%I', name);
    execute format(
        'create function redshift_late_binding.%I() returns table (%s) language sql stable as %L',
        name, result_columns, query
    );
    execute format(
        'create view %s as select %s from redshift_late_binding.%I()', view_name, select_list, name
    );
end $$;

-- PostgreSQL's information_schema lists the columns of these views already.
create function redshift_standin.pg_get_late_binding_view_cols() returns setof record
language sql stable as $$ select ''::name, ''::name, ''::name, ''::varchar, 0 where false $$;

create view pg_catalog.svv_external_columns as
select
    ''::varchar as schemaname, ''::varchar as tablename, ''::varchar as columnname,
    ''::varchar as external_type, 0 as columnnum
where false;

---------- external tables: the schemas of bronze, see bronze.py

create view redshift_standin.svv_external_tables as
select schemaname, tablename from pg_tables where schemaname like 'bronze\_%';
