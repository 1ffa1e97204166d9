{# dbt asks here for the column list of a table whose contract is enforced. A contract says varchar
   for a text of any length and double for a double, as the registry does. #}
{% macro redshift__get_table_columns_and_constraints() %}
    {# In Redshift's DDL varchar means varchar(256): column_type says it in full. #}
    {% for column in model.columns.values() %}
        {% do column.update({'data_type': column_type(column.data_type)}) %}
    {% endfor %}
    {%- do return(table_columns_and_constraints()) -%}
{% endmacro %}
