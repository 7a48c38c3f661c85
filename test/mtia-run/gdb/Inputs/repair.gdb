continue
signal 0
set $pc = $pc + 4
signal 0
