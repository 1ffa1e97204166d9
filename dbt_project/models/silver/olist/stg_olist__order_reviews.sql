with source as (
    select * from {{ ref('base_olist__order_reviews') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        review_id,
        order_id,

        ---------- strings
        review_comment_title as comment_title,
        review_comment_message as comment_message,

        ---------- numerics
        review_score,

        ---------- booleans
        trim(coalesce(review_comment_title, '')) <> ''
        or trim(coalesce(review_comment_message, '')) <> '' as has_comment,

        ---------- timestamps
        review_creation_date as sent_at,
        review_answer_timestamp as answered_at,
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
