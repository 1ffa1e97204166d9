{%- set reporting_currency = var('reporting_currency') -%}

with rates as (
    select * from {{ ref('exchange_rates') }}
),

reporting as (
    select * from rates
    where currency_code = '{{ reporting_currency }}'
),

-- every instant from which one of the two rates is another
instants as (
    select
        rates.currency_code,
        rates.valid_from
    from rates

    union

    select
        currencies.currency_code,
        reporting.valid_from
    from (select distinct currency_code from rates) as currencies
    cross join reporting
),

-- the rate that was valid last of each
paired as (
    select
        instants.currency_code,
        instants.valid_from,
        max(rates.valid_from) as rate_from,
        max(reporting.valid_from) as reporting_from
    from instants
    inner join rates
        on instants.currency_code = rates.currency_code
        and instants.valid_from >= rates.valid_from
    inner join reporting on instants.valid_from >= reporting.valid_from
    group by instants.currency_code, instants.valid_from
),

final as (
    select
        paired.currency_code,
        cast(paired.valid_from as {{ column_type('timestamp') }}) as valid_from,
        cast(
            lead(paired.valid_from) over (
                partition by paired.currency_code order by paired.valid_from
            ) as {{ column_type('timestamp') }}
        ) as valid_to,
        cast(
            cast(rates.usd_per_unit as {{ column_type('double') }}) / reporting.usd_per_unit
            as decimal(18, 8)
        ) as rate
    from paired
    inner join rates
        on paired.currency_code = rates.currency_code
        and paired.rate_from = rates.valid_from
    inner join reporting on paired.reporting_from = reporting.valid_from
)

select * from final
