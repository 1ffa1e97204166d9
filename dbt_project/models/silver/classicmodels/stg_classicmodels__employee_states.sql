with source as (
    select * from {{ ref('hist_classicmodels__employees') }}
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        cast(employeenumber as varchar) as employee_id,

        ---------- strings
        firstname as first_name,
        lastname as last_name,
        jobtitle as job_title,
        email,

        ---------- ids of others
        officecode as office_id,
        cast(reportsto as varchar) as reports_to_employee_id,

        ---------- booleans
        _is_deleted as is_deleted,

        ---------- timestamps
        _valid_from as valid_from,
        _valid_to as valid_to,
        _applied_at
    from source
    -- a state that began and ended at one instant was never seen by anyone
    where _valid_to is null or _valid_to > _valid_from
)

select * from renamed
