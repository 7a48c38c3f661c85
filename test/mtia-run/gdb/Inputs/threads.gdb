info threads
break add_row
continue
info threads
print row[0]
print row[63]
monitor cores
monitor units
monitor cycles
monitor waits
monitor nonsense
monitor help
continue
print row[0]
# Local memory is that of the selected thread's PE.
print/d *(signed char *)0x10000000
thread 2
print/d *(signed char *)0x10000000
delete
# One core steps, the others stand still, in front of their breakpoint or waiting.
thread 4
set scheduler-locking on
set $before = $pc
stepi
stepi
print $pc - $before
thread
set scheduler-locking off
thread apply 8 print $mhartid
thread apply 7 print $mhartid
break %{kernel.c:row added} thread 4
continue
print sum
set var sum = 1000
delete
continue
