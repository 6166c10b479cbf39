// libyaml is linked as a part of Yams, whose module for it is not for others.

/// Sets how deep collections may lie in each other, for every parser of the process; deeper ones are an error.
void yaml_set_max_nest_level(int max);
