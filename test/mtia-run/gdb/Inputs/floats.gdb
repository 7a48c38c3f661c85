tbreak third
continue
print $fa0.double
print $fcsr
finish
print $fflags
print $fa0.double = 0.25
print $frm = 2
print $fcsr
print $frm = 0
tbreak half
continue
print $fa0.float
print/x $fa0
finish
next
print results[0]
print results[1]
info registers fcsr
continue
