continue
set $before = $pc
stepi
print $pc - $before == 4 || $pc - $before == 2
continue
