continue
bt
print handled
continue
