# Rule for $(BUILD)/memory-map.h: the constants of Sources/RegisterMaps as a C header. Included by the firmware's and
# the guests' Makefiles, which set TOOLCHAIN and BUILD.
ROOT := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)
REGISTER_MAPS := $(sort $(wildcard $(ROOT)/Sources/RegisterMaps/*.swift))
MEMORY_MAP_PRINTER := $(ROOT)/firmware/tools/memory-map.swift

$(BUILD)/memory-map.h: $(MEMORY_MAP_PRINTER) $(REGISTER_MAPS)
	mkdir -p $(BUILD)
	$(TOOLCHAIN)/swiftc -parse-as-library -Onone $^ -o $(BUILD)/memory-map
	$(BUILD)/memory-map > $@
