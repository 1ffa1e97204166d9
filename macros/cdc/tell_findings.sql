{# After a run: one line for each file that stopped a model, and for each finding of a test that says it
   in words (a column `finding`). dbt itself shows the engine's message and a number. #}
{% macro tell_findings(results) %}
    {% set told = [] %}
    {% for result in results if execute %}
        {% if result.status == 'error' %}
            {% set file = unreadable_file(result.message or '') %}
            {% if file %}
                {% do told.append('bronze/' ~ file ~ ' cannot be read, so its table stays as it was: '
                    ~ 'restore the file, or move it away, then build again') %}
            {% endif %}
        {% elif result.failures and result.node.test_metadata is defined
                and result.node.test_metadata.name in ['nothing_rejected', 'nothing_drifted'] %}
            {% for row in run_query(result.node.compiled_code).rows %}
                {% do told.append(row['finding']) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% for line in told | unique | sort %}
        {% do log(line, info=true) %}
    {% endfor %}
{% endmacro %}

{# The bronze file that an engine's error message names, below bronze/, or none. S3's own address of a
   file ends as the one in the lake does. #}
{% macro unreadable_file(message) %}
    {{ return(adapter.dispatch('unreadable_file')(message)) }}
{% endmacro %}

{% macro default__unreadable_file(message) %}
    {% set prefix = modules.re.escape(lake_root().split('://')[-1] ~ '/bronze/') %}
    {% set found = modules.re.search(prefix ~ '([^\'"\n]*?[.](?:parquet|csv[.]gz|csv))', message) %}
    {% do return(found.group(1) if found else none) %}
{% endmacro %}
