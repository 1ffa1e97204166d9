-- The tables of WordPress and WooCommerce as they make them themselves, types and keys included; of
-- their other indexes those that the traffic needs. The registry declares what silver reads of them
-- (dbt_project/models/silver/woocommerce).

create table wp_options (
    option_id bigint(20) unsigned not null auto_increment primary key,
    option_name varchar(191) not null default '',
    option_value longtext not null,
    autoload varchar(20) not null default 'yes',
    unique key option_name (option_name)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_posts (
    ID bigint(20) unsigned not null auto_increment primary key,
    post_author bigint(20) unsigned not null default 0,
    post_date datetime not null default '0000-00-00 00:00:00',
    post_date_gmt datetime not null default '0000-00-00 00:00:00',
    post_content longtext not null,
    post_title text not null,
    post_excerpt text not null,
    post_status varchar(20) not null default 'publish',
    comment_status varchar(20) not null default 'open',
    ping_status varchar(20) not null default 'open',
    post_password varchar(255) not null default '',
    post_name varchar(200) not null default '',
    to_ping text not null,
    pinged text not null,
    post_modified datetime not null default '0000-00-00 00:00:00',
    post_modified_gmt datetime not null default '0000-00-00 00:00:00',
    post_content_filtered longtext not null,
    post_parent bigint(20) unsigned not null default 0,
    guid varchar(255) not null default '',
    menu_order int(11) not null default 0,
    post_type varchar(20) not null default 'post',
    post_mime_type varchar(100) not null default '',
    comment_count bigint(20) not null default 0,
    key post_parent (post_parent)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_postmeta (
    meta_id bigint(20) unsigned not null auto_increment primary key,
    post_id bigint(20) unsigned not null default 0,
    meta_key varchar(255) default null,
    meta_value longtext,
    key post_id (post_id)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_users (
    ID bigint(20) unsigned not null auto_increment primary key,
    user_login varchar(60) not null default '',
    user_pass varchar(255) not null default '',
    user_nicename varchar(50) not null default '',
    user_email varchar(100) not null default '',
    user_url varchar(100) not null default '',
    user_registered datetime not null default '0000-00-00 00:00:00',
    user_activation_key varchar(255) not null default '',
    user_status int(11) not null default 0,
    display_name varchar(250) not null default ''
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_usermeta (
    umeta_id bigint(20) unsigned not null auto_increment primary key,
    user_id bigint(20) unsigned not null default 0,
    meta_key varchar(255) default null,
    meta_value longtext,
    key user_id (user_id)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_terms (
    term_id bigint(20) unsigned not null auto_increment primary key,
    name varchar(200) not null default '',
    slug varchar(200) not null default '',
    term_group bigint(10) not null default 0
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_term_taxonomy (
    term_taxonomy_id bigint(20) unsigned not null auto_increment primary key,
    term_id bigint(20) unsigned not null default 0,
    taxonomy varchar(32) not null default '',
    description longtext not null,
    parent bigint(20) unsigned not null default 0,
    count bigint(20) not null default 0,
    unique key term_id_taxonomy (term_id, taxonomy)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_term_relationships (
    object_id bigint(20) unsigned not null default 0,
    term_taxonomy_id bigint(20) unsigned not null default 0,
    term_order int(11) not null default 0,
    primary key (object_id, term_taxonomy_id)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_woocommerce_order_items (
    order_item_id bigint(20) unsigned not null auto_increment primary key,
    order_item_name text not null,
    order_item_type varchar(200) not null default '',
    order_id bigint(20) unsigned not null,
    key order_id (order_id)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_woocommerce_order_itemmeta (
    meta_id bigint(20) unsigned not null auto_increment primary key,
    order_item_id bigint(20) unsigned not null,
    meta_key varchar(255) default null,
    meta_value longtext,
    key order_item_id (order_item_id)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_wc_orders (
    id bigint(20) unsigned not null primary key,
    status varchar(20) default null,
    currency varchar(10) default null,
    type varchar(20) default null,
    tax_amount decimal(26, 8) default null,
    total_amount decimal(26, 8) default null,
    customer_id bigint(20) unsigned default null,
    billing_email varchar(320) default null,
    date_created_gmt datetime default null,
    date_updated_gmt datetime default null,
    parent_order_id bigint(20) unsigned default null,
    payment_method varchar(100) default null,
    payment_method_title text,
    transaction_id varchar(100) default null,
    ip_address varchar(100) default null,
    user_agent text,
    customer_note text,
    key parent_order_id (parent_order_id)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_wc_order_addresses (
    id bigint(20) unsigned not null auto_increment primary key,
    order_id bigint(20) unsigned not null,
    address_type varchar(20) default null,
    first_name text,
    last_name text,
    company text,
    address_1 text,
    address_2 text,
    city text,
    state text,
    postcode text,
    country text,
    email varchar(320) default null,
    phone varchar(100) default null,
    unique key address_type_order_id (address_type, order_id),
    key order_id (order_id)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_wc_order_operational_data (
    id bigint(20) unsigned not null auto_increment primary key,
    order_id bigint(20) unsigned default null,
    created_via varchar(100) default null,
    woocommerce_version varchar(20) default null,
    prices_include_tax tinyint(1) default null,
    coupon_usages_are_counted tinyint(1) default null,
    download_permission_granted tinyint(1) default null,
    cart_hash varchar(100) default null,
    new_order_email_sent tinyint(1) default null,
    order_key varchar(100) default null,
    order_stock_reduced tinyint(1) default null,
    date_paid_gmt datetime default null,
    date_completed_gmt datetime default null,
    shipping_tax_amount decimal(26, 8) default null,
    shipping_total_amount decimal(26, 8) default null,
    discount_tax_amount decimal(26, 8) default null,
    discount_total_amount decimal(26, 8) default null,
    recorded_sales tinyint(1) default null,
    unique key order_id (order_id)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;

create table wp_wc_orders_meta (
    id bigint(20) unsigned not null auto_increment primary key,
    order_id bigint(20) unsigned default null,
    meta_key varchar(255) default null,
    meta_value text,
    key order_id (order_id)
) default charset = utf8mb4 collate = utf8mb4_unicode_520_ci;
