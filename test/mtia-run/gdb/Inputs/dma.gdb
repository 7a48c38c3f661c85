thread 1
break %{kernel.c:barrier} thread 7
continue
# Local memory as PE (1,1) sees it.
watch *(int *)0x10000000
continue
thread
delete
break %{kernel.c:store} thread 8
continue
watch *(int *)(sums + 3)
continue
delete
continue
