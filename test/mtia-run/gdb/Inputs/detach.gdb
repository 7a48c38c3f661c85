break spin
continue
print zero = 1
detach
