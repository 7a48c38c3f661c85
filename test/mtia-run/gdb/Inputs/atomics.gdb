awatch word
watch real
awatch dword
continue
continue
continue
continue
delete
finish
stepi
info registers priv
continue
