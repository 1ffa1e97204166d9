{# The position of a change as one string that sorts: commit time to the hundredth of a second, file
   name, counter. The counter of DMS restarts with its task, so the file (its name is its write time)
   comes before it. A full-load row stands at its load's start, before every change of that hundredth.
   Where load rows carry their transfer time instead, they stand before every change. #}
{% macro change_position(change_seq, committed_at, file_name, is_full_load, load_time) %}
    case
        when {{ is_full_load }}
            then
                {% if load_time == 'task_start' %}
                {{ to_hundredths(committed_at) }}
                {% else %}
                '0000000000000000'
                {% endif %}
                || '.00000000-000000000.0000000000000000000'
        else
            coalesce(substring({{ change_seq }}, 1, 16), {{ to_hundredths(committed_at) }})
            || '.' || substring({{ file_name }}, 1, 18)
            || '.' || coalesce(substring({{ change_seq }}, 17, 19), '0000000000000000000')
    end
{% endmacro %}

{# 'yyyy-MM-dd HH:mm:ss.SSSSSS' as DMS writes it, to yyyyMMddHHmmss and hundredths. #}
{% macro to_hundredths(timestamp_text) -%}
    substring(replace(replace(replace(replace({{ timestamp_text }}, '-', ''), ' ', ''), ':', ''), '.', ''), 1, 16)
{%- endmacro %}
