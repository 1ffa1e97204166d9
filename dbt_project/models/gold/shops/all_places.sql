{{ union_shops('places', columns=[
    'source_system',
    'location_id',
    'postal_code',
    'city',
    'state',
    'country_code',
    'is_reference',
]) }}
