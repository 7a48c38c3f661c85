break spin
continue
