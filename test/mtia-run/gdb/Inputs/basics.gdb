info threads
break leaf
continue
bt
info locals
up
info locals
print *p
print/x parts
up
info locals
down
down
watch counter
continue
continue
delete
finish
next
next
tbreak scale
continue
info args
finish
tbreak %{program.c:fib end} if n == 0
continue
bt
print table
print words[2]
print fib(7)
frame 6
print leaf(1, &p)
print p.x
print counter
frame 0
set $before = $pc
x/1i $pc
stepi
print $pc - $before
set var table[1][2] = 77
print table[1]
print $a0 = 12345
print $a0
set var $mtvec = 0x80000100
print/x $mtvec
print $misa < 0
info registers priv
print *(int *)8
set var *(int *)8 = 1
kill
