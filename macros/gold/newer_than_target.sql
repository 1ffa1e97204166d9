{# The condition that a change is newer than all that the model's table has taken in; always true when
   the table is built anew. The mark is the table's newest `_applied_at`, put into the query as a
   literal: only then can an engine skip files and row groups by it.

   The clock behind changed_at is the engine's at the time of writing, so whatever is written after
   this run is newer than the mark, however old the event. Changes that leave no row behind do not
   move the mark; they are worked out once more next time, which costs a little and changes nothing. #}
{% macro newer_than_target(column) %}
    {%- if not is_incremental() -%}
        {%- do return('1 = 1') -%}
    {%- endif -%}
    {%- do return(column ~ ' > ' ~ target_mark(this)) -%}
{% endmacro %}

{# The newest _applied_at in a table as an SQL literal. Unit tests override it. #}
{% macro target_mark(relation) %}
    {%- if not execute -%}
        {%- do return(first_instant()) -%}
    {%- endif -%}
    {%- set newest = run_query('select max(_applied_at) as mark from ' ~ relation).columns[0].values()[0] -%}
    {%- do return("cast('" ~ newest ~ "' as " ~ column_type('timestamp') ~ ')' if newest else first_instant()) -%}
{% endmacro %}
