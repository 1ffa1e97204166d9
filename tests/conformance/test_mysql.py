"""E29 and E14 of the list on MySQL: unsigned numbers, tinyint(1), zero dates, times beyond a day, and the
rest of DMS's second table of types."""

from __future__ import annotations

from ingestion.bronze.lake import open_lake
from tests.mysql import Mysql

# by type: values with what often goes wrong, and what bronze has of them, as DuckDB spells it
TYPES: dict[str, dict[str, str | None]] = {
    "tinyint(1)": {"1": "1", "0": "0", "-128": "-128"},
    "tinyint unsigned": {"255": "255"},
    "smallint unsigned": {"65535": "65535"},
    "smallint": {"-32768": "-32768"},
    "mediumint unsigned": {"16777215": "16777215"},
    "mediumint": {"-8388608": "-8388608"},
    "int unsigned": {"4294967295": "4294967295"},
    "int(8) zerofill": {"42": "42"},
    "bigint unsigned": {"18446744073709551615": "18446744073709551615"},
    "bigint": {"-9223372036854775808": "-9223372036854775808"},
    "decimal(10,2)": {"-12345678.90": "-12345678.90", "0": "0.00", "-0.01": "-0.01"},
    "decimal(38,10)": {"1234567890123456789012345678.0123456789": "1234567890123456789012345678.0123456789"},
    "decimal(65,30)": {
        "-12345678901234567890123456789012345.012345678901234567890123456789": (
            "-12345678901234567890123456789012345.012345678901234567890123456789"
        )
    },
    "decimal(9,9)": {"0.000000001": ".000000001"},
    "float": {"32.380001": "32.380001068115234", "1.17549435e-38": "1.1754943508222875e-38"},
    "double": {"0.1": "0.1", "1.7976931348623157e308": "1.7976931348623157e+308", "1e16": "1e+16"},
    "bit(1)": {"b'1'": "true", "b'0'": "false"},
    "bit(5)": {"b'10101'": r"\x15"},
    "bit(64)": {f"b'1{'0' * 62}1'": r"\x80\x00\x00\x00\x00\x00\x00\x01"},
    "year": {"2024": "2024", "0": "0", "1901": "1901"},
    "date": {
        "'2024-02-29'": "2024-02-29",
        "'9999-12-31'": "9999-12-31",
        "'0000-00-00'": None,
        "'2024-00-15'": None,
        "'2024-01-00'": None,
    },
    "datetime": {"'2018-01-02 03:04:05'": "2018-01-02 03:04:05", "'0000-00-00 00:00:00'": None},
    "datetime(1)": {"'1000-01-01 00:00:00.9'": "1000-01-01 00:00:00.9"},
    "datetime(6)": {
        "'9999-12-31 23:59:59.999999'": "9999-12-31 23:59:59.999999",
        "'2024-00-00 01:02:03.4'": None,
    },
    "timestamp null": {
        "'2018-01-02 03:04:05'": "2018-01-02 06:04:05",
        "'2038-01-19 00:14:07'": "2038-01-19 03:14:07",
        "'0000-00-00 00:00:00'": None,
    },
    "timestamp(3) null": {"'2018-01-02 03:04:05.678'": "2018-01-02 06:04:05.678"},
    "time": {"'-838:59:59'": "-838:59:59", "'25:00:01'": "25:00:01", "'00:00:00'": "00:00:00"},
    "time(1)": {"'-00:00:00.5'": "-00:00:00.5", "'-01:02:03.2'": "-01:02:03.2"},
    "time(3)": {"'-01:02:03.201'": "-01:02:03.201"},
    "time(6)": {"'838:59:58.999999'": "838:59:58.999999", "'-00:00:01.000001'": "-00:00:01.000001"},
    "char(5)": {"'ab'": "ab", "''": "", "'NULL'": "NULL"},
    "char(5) character set latin1": {"'é'": "é"},
    "varchar(300)": {
        "'two\\nlines, \"quoted\" 🎉 \\\\N'": 'two\nlines, "quoted" 🎉 \\N',
        "' padded '": " padded ",
    },
    "varchar(20) character set latin1": {"0x80E98190": "€é\x81\x90"},
    "varchar(20) character set koi8r": {"'Привет'": "Привет"},
    "varchar(20) character set ucs2": {"'ñ🎉'": "ñ?"},
    "varchar(20) character set sjis": {"'日本'": "日本"},
    "varchar(20) collate uca1400_ai_ci": {"'naïve ☃'": "naïve ☃"},
    "varchar(100) compressed": {"'short'": "short", "repeat('long ', 20)": "long " * 20},
    "tinytext": {"'t'": "t"},
    "text": {"repeat('ü', 20000)": "ü" * 20000},
    "mediumtext": {"'m'": "m"},
    "longtext character set latin1": {"'ß'": "ß"},
    "json": {"""'{"a" :  [1, null]}'""": '{"a" :  [1, null]}'},
    "enum('a','ü','c,d')": {"'ü'": "ü", "'c,d'": "c,d", "''": ""},
    "enum('a','ü') character set latin1": {"'ü'": "ü"},
    "set('x','y','ü')": {"'ü,x'": "x,ü", "''": ""},
    "binary(4)": {"0x00ff": r"\x00\xFF\x00\x00"},
    "varbinary(10)": {"0x0001": r"\x00\x01", "''": ""},
    "blob": {"0x00ff5c00": r"\x00\xFF\x5C\x00"},
    "blob compressed": {"repeat(0x00ff, 100)": r"\x00\xFF" * 100},
    "uuid": {
        "'6ccd780c-baba-1026-9564-5b8c65602400'": "6ccd780c-baba-1026-9564-5b8c65602400",
        "'00000000-0000-0000-0000-000000000000'": "00000000-0000-0000-0000-000000000000",
    },
    "inet6": {"'::ffff:1.2.3.4'": "::ffff:1.2.3.4", "'::'": "::"},
    "inet4": {"'10.0.0.0'": "10.0.0.0"},
    "point": {"point(1,2)": r"\x00\x00\x00\x00\x01\x01" + r"\x00" * 9 + r"\xF0?" + r"\x00" * 7 + "@"},
}


def test_e29_every_type_of_mysql_as_dms_maps_it_from_load_and_from_log(mysql: Mysql) -> None:
    columns = {kind: f"c{at}" for at, kind in enumerate(TYPES)}
    declared = ", ".join(f"{name} {kind}" for kind, name in columns.items())
    mysql.execute(
        # the session's own zone and mode must not matter
        "set sql_mode = '', time_zone = '-03:00'",
        f"create table t (id int primary key, {declared}, twice int as (id * 2) stored, "
        "thrice int as (id * 3) virtual) default charset utf8mb4",
    )
    most = max(len(values) for values in TYPES.values())
    expected: list[list[str | None]] = []
    for at in range(most):
        picked = [
            list(values.items())[at] if at < len(values) else ("null", None) for values in TYPES.values()
        ]
        expected.append([spelled for _, spelled in picked])
        texts = ", ".join(value for value, _ in picked)
        mysql.execute(f"insert into t ({', '.join(('id', *columns.values()))}) values ({at}, {texts})")
    mysql.execute("insert into t (id) values (99)")
    expected.append([None] * len(TYPES))
    assert mysql.replicate("t").loaded_rows == {"t": most + 1}
    mysql.execute("update t set id = id + 100")
    assert mysql.replicate("t").changes == most + 1
    names = ", ".join(f"{name}::varchar" for name in columns.values())
    found = mysql.bronze("t", f"select id, twice, thrice, {names}")
    by_id = {row[0]: row for row in found}
    for at, values in zip([*range(most), 99], expected, strict=True):
        loaded, logged = by_id[at], by_id[at + 100]
        for kind, wanted, load, log in zip(TYPES, values, loaded[3:], logged[3:], strict=True):
            assert (load, log) == (wanted, wanted), (kind, at)
        assert loaded[1:3] == (at * 2, at * 3) and logged[1:3] == ((at + 100) * 2, (at + 100) * 3)


def test_e29_bronze_has_the_types_of_dms_on_mysql(mysql: Mysql) -> None:
    bronze = {
        "tinyint(1)": "TINYINT", "tinyint unsigned": "UTINYINT", "smallint unsigned": "USMALLINT",
        "mediumint": "INTEGER", "mediumint unsigned": "UINTEGER", "int unsigned": "UINTEGER",
        "bigint unsigned": "UBIGINT", "decimal(10,2) unsigned": "DECIMAL(10,2)", "decimal(40,2)": "VARCHAR",
        "float": "DOUBLE", "bit(1)": "BOOLEAN", "bit(9)": "BLOB", "year": "SMALLINT", "date": "DATE",
        "datetime": "TIMESTAMP", "timestamp(6) null": "TIMESTAMP", "time": "VARCHAR", "json": "VARCHAR",
        "enum('a')": "VARCHAR", "set('a')": "VARCHAR", "binary(1)": "BLOB", "longblob": "BLOB",
    }  # fmt: skip
    columns = ", ".join(f"c{at} {kind}" for at, kind in enumerate(bronze))
    mysql.execute(f"create table t (id int primary key, {columns})", "insert into t (id) values (1)")
    mysql.replicate("t")
    mysql.execute("update t set id = 2")
    mysql.replicate("t")
    keys = list(open_lake(mysql.home.lake).keys("t/"))
    assert len(keys) == 2
    names = ", ".join(f"typeof(c{at})" for at in range(len(bronze)))
    for row in mysql.bronze("t", f"select {names}"):
        assert dict(zip(bronze, row, strict=True)) == bronze


def test_e29_as_csv_on_mysql(mysql: Mysql) -> None:
    mysql.execute(
        "set sql_mode = ''",
        "create table t (id bigint unsigned primary key, is_open tinyint(1), flag bit(1), day date, "
        "span time(2), born year, raw varbinary(4))",
        "insert into t values (18446744073709551615, 1, b'1', '0000-00-00', '-838:00:00.5', 0, 0x00ff)",
    )
    settings = {"DataFormat": "csv", "CompressionType": "none", "CsvNullValue": "NULL"}
    mysql.replicate("t", **settings)
    mysql.execute("update t set is_open = 0, flag = 0")
    mysql.replicate("t", **settings)
    lake = open_lake(mysql.home.lake)
    lines = [
        (mysql.home.path / "lake" / "bronze" / key).read_text().strip().split(",") for key in lake.keys("t/")
    ]
    fields = sorted([line[0], *line[2:9]] for line in lines)
    assert fields == [
        ["I", "18446744073709551615", "1", "true", "NULL", "-838:00:00.50", "0", "00ff"],
        ["U", "18446744073709551615", "0", "false", "NULL", "-838:00:00.50", "0", "00ff"],
    ]
