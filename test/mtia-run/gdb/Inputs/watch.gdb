break main
continue
watch v.byte
watch v.half
watch v.word
watch v.dword
watch v.real
continue
continue
continue
continue
continue
delete
awatch *(int *)(bytes + 8)
continue
continue
continue
continue
continue
continue
continue
delete
rwatch bytes[3]
continue
