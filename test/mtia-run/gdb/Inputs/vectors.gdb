break loaded
continue
print $vl
print/x $vtype
print $v2.w
print $v3.s[6]
set var $v2.w[1] = 77
watch *((int*)&dst + 1)
continue
print ((int*)&dst)[3]
