-- Different keys have different hashes, wherever the text is cut and whatever is missing, and the
-- hash is the one that every engine must give.
with keys as (
    select {{ surrogate_key(["'a'", "'bc'"]) }} as key_hash
    union all
    select {{ surrogate_key(["'ab'", "'c'"]) }} as key_hash
    union all
    select {{ surrogate_key(["'abc'"]) }} as key_hash
    union all
    select {{ surrogate_key(["'a'", "'bc'", "null"]) }} as key_hash
    union all
    select {{ surrogate_key(["null", "'a'", "'bc'"]) }} as key_hash
    union all
    select {{ surrogate_key(["''", "'a'", "'bc'"]) }} as key_hash
    union all
    select {{ surrogate_key(["'-'", "'a'", "'bc'"]) }} as key_hash
    union all
    select {{ surrogate_key(["'1:a2:bc'"]) }} as key_hash
    union all
    select {{ surrogate_key(["1", "23"]) }} as key_hash
    union all
    select {{ surrogate_key(["12", "3"]) }} as key_hash
),

faults as (
    select count(*) - count(distinct key_hash) as fault from keys
    union all
    select count(*) as fault from keys
    where length(key_hash) <> 32 or key_hash <> lower(key_hash)
    union all
    select count(*) as fault
    from (select {{ surrogate_key(["'a'", "'bc'"]) }} as key_hash) as hashed
    where key_hash <> '{{ local_md5("1:a2:bc") }}'
)

select fault from faults
where fault <> 0
