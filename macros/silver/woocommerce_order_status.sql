{# An order's status without the `wc-` that WooCommerce stores before its own ones; and those of carts that
   nobody has ordered yet. #}
{% macro woocommerce_order_status(status) %}
    {%- do return(
        'case when ' ~ status ~ " like 'wc-%' then substring(" ~ status ~ ', 4) else ' ~ status ~ ' end'
    ) -%}
{% endmacro %}

{% macro woocommerce_drafts() -%}
    'draft', 'auto-draft', 'checkout-draft'
{%- endmacro %}
