"""The functions that Amazon Redshift has, as far as SQL for analysis calls them."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


AGGREGATES = _words(
    """any_value approximate_count avg count listagg max median min percentile_cont stddev stddev_pop
    stddev_samp sum var_pop var_samp variance bool_and bool_or bit_and bit_or"""
)

# Aggregates and these need a frame clause where their window has an order.
FRAMED_FUNCTIONS = AGGREGATES | {"first_value", "last_value", "nth_value"}

FUNCTIONS = AGGREGATES | _words(
    """cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank percentile_disc
    rank ratio_to_report row_number
    coalesce decode greatest least nvl nvl2 nullif
    add_months convert_timezone date_cmp date_part date_trunc dateadd datediff extract getdate last_day
    months_between next_day sysdate to_timestamp trunc
    abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees dexp exp floor ln log mod pi power radians
    random round sign sin sqrt tan
    ascii bpcharcmp btrim chr char_length character_length charindex collate concat crc32 initcap left len
    length lower lpad ltrim octet_length octetindex position quote_ident quote_literal regexp_count
    regexp_instr regexp_replace regexp_substr repeat replace replicate reverse right rpad rtrim soundex
    split_part strpos strtol substring substr textlen translate trim upper
    farmfingerprint64 fnv_hash func_sha1 md5 sha sha1 sha2
    can_json_parse is_valid_json is_valid_json_array json_array_length json_extract_array_element_text
    json_extract_path_text json_parse json_serialize object json_typeof
    cast convert to_char to_date to_number to_hex from_hex try_cast
    get_array_length split_to_array array_concat subarray array_flatten
    current_database current_schema current_user user pg_backend_pid version has_table_privilege
    has_schema_privilege has_database_privilege"""
)

# Words before an opening parenthesis that are no function calls.
SYNTAX = _words(
    """all and any as asc between by char character check cross decimal delete desc distinct distkey else
    end exists filter float from group having ilike in inner insert intersect except into is join key like
    minus not numeric on or order over partition primary references rollup cube sets select set similar
    some sortkey then time timestamp union unique using values varbyte varchar varying when where with
    within table limit offset full left right outer returning replace view default"""
)

# Types of PostgreSQL that Amazon Redshift has not.
UNSUPPORTED_TYPES = _words(
    """bit bigserial box bytea cidr circle daterange hstore inet int4range json jsonb line lseg macaddr
    money path point polygon serial smallserial tsquery tsvector uuid xml"""
)

# Names that need double quotes in Amazon Redshift (those that are also types or functions left out).
RESERVED = _words(
    """aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup
    between blanksasnull both bytedict bzip2 case cast check collate column constraint create credentials
    cross default deferrable deflate defrag delta delta32k desc disable distinct do else emptyasnull enable
    encode encrypt encryption end except explicit false for foreign freeze from full globaldict256
    globaldict64k grant group gzip having identity ignore ilike in initially inner intersect into is isnull
    join leading left like limit localtime localtimestamp lun luns lzo lzop minus mostly16 mostly32 mostly8
    natural new not notnull null nulls off offline offset oid old on only open or order outer overlaps
    parallel partition percent permissions pivot placing primary raw readratio recover references reject
    resort respect restore right select session_user similar snapshot some system table tag tdes text255
    text32k then to top trailing true truncatecolumns union unique unnest unpivot user using verbose wallet
    when where with without"""
)
