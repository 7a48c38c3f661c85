tbreak %{optimised.c:work first}
continue
info args
tbreak %{optimised.c:inlined}
continue
bt
print result
up
print second
tbreak %{optimised.c:loop}
continue
print sum
tbreak %{optimised.c:gone}
continue
info args
bt
finish
kill
