@interrupt 1
continue
bt
print spins > 0
print zero = 1
continue
