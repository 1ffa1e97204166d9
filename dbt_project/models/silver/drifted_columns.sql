{{ find_drift() }}
