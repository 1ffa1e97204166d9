{# The customer record behind an order of WooCommerce: its user, else the guest with that e-mail address,
   whatever its spelling. Never the address itself: ids end up in reports. #}
{% macro woocommerce_customer_id(user_id, email) %}
    {%- do return(
        'case when ' ~ user_id ~ " is not null then 'user-' || " ~ user_id
        ~ ' when trim(' ~ email ~ ") <> '' then 'guest-' || " ~ md5_hex('lower(trim(' ~ email ~ '))') ~ ' end'
    ) -%}
{% endmacro %}
