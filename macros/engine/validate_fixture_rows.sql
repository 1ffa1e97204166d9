{# dbt asks here whether it can tell the types of a unit test's rows. #}
{% macro redshift__validate_fixture_rows(rows, row_number) %}
    {# dbt-redshift wants a first row without nulls, from when a fixture's nulls had no type. Each is
       cast to its column's type by now. #}
{% endmacro %}
