{# The rows of every shop in one relation: `stg_<shop>__<shape>` of each source in the variable `shops`,
   which must hold these columns with these types. A further shop is one more name in that list.

     shape    what stands behind the two underscores
     columns  the columns, in their order #}
{% macro union_shops(shape, columns) %}
    {%- set shops = [] -%}
    {%- for shop in var('shops') -%}
        {%- do shops.append({'name': shop, 'rows': ref('stg_' ~ shop ~ '__' ~ shape)}) -%}
    {%- endfor -%}
with {% for shop in shops -%}
{{ shop.name }} as (
    select
        {{ columns | join(',\n        ') }}
    from {{ shop.rows }}
),

{% endfor -%}
final as (
    {% for shop in shops -%}
    select * from {{ shop.name }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor -%}
)

select * from final
{% endmacro %}
