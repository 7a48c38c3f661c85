monitor catch command dma.in
continue
monitor catch cb 0
continue
continue
monitor buffer 0
monitor buffer 7
monitor buffer 99
monitor accumulators
monitor accumulators 2
monitor accumulators 4
monitor catch command dmain
monitor catch off
continue
