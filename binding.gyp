{
  "target_defaults": {
    "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")", "native"],
    "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
    "cflags": ["-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-cast-function-type", "-ffunction-sections", "-fdata-sections"],
    "cflags_cc!": ["-std=gnu++20", "-std=gnu++17", "-fno-rtti"],
    "cflags_cc": ["-std=c++17", "-fvisibility-inlines-hidden", "-include", "platform/glibc_floor.h"],
    "ldflags": ["-Wl,-Bsymbolic", "-Wl,--exclude-libs,ALL", "-Wl,-z,now", "-Wl,--gc-sections"],
    "libraries": ["-ldl"],
    "variables": {"sanitize%": ""},
    "conditions": [
      [
        "sanitize!=''",
        {
          "cflags!": ["-O3"],
          "cflags": ["-O0", "-fsanitize=<(sanitize)", "-fno-omit-frame-pointer", "-g1"],
          "ldflags": ["-fsanitize=<(sanitize)"]
        }
      ]
    ]
  },
  "targets": [
    {
      # The walk over V8's objects is the one place where -O3, which is node-gyp's own choice, is measurably faster.
      "target_name": "allocscope_heap",
      "type": "static_library",
      "conditions": [
        [
          "OS=='linux'",
          {
            "sources": ["<!@(find native/heap -name '*.cc' | sort)"],
            "cflags_cc": ["-fno-exceptions"]
          },
          {"type": "none"}
        ]
      ]
    },
    {
      # What walks an allocator or the kernel's files, or runs in each sample.
      "target_name": "allocscope_readings",
      "type": "static_library",
      "conditions": [
        [
          "OS=='linux'",
          {
            "sources": ["<!@(find native/allocator native/ledger native/platform native/process native/profile native/sampler native/convert/heap.cc -name '*.cc' | sort)"],
            "cflags!": ["-O3"],
            "cflags": ["-O2"],
            "cflags_cc": ["-fno-exceptions"]
          },
          {"type": "none"}
        ]
      ]
    },
    {
      # The rest runs once in a call, and most of it is conversion: half as large for size as for speed.
      "target_name": "allocscope",
      "conditions": [
        [
          "OS=='linux'",
          {
            "dependencies": ["allocscope_heap", "allocscope_readings"],
            "sources": ["<!@(find native -name '*.cc' -not -path 'native/test/*' -not -path 'native/tracker/*' -not -path 'native/heap/*' -not -path 'native/allocator/*' -not -path 'native/ledger/*' -not -path 'native/platform/*' -not -path 'native/process/*' -not -path 'native/profile/*' -not -path 'native/sampler/*' -not -path 'native/convert/heap.cc' | sort)"],
            "cflags!": ["-O3"],
            "cflags": ["-Os"],
            "cflags_cc": ["-fno-exceptions"],
            # V8 and libuv may call back what attach handed to them when a worker that had loaded the addon has ended.
            "ldflags": ["-Wl,-z,nodelete"]
          },
          {"type": "none"}
        ]
      ]
    },
    {
      "target_name": "allocscope_tracker",
      # Node loads it by its full name. Loaders of addons, and prebuildify, take the one `.node` for the package's addon.
      "target_conditions": [["_type=='loadable_module'", {"product_extension": "so"}]],
      "conditions": [
        [
          "OS=='linux'",
          {
            "sources": ["<!@(find native/tracker -name '*.cc' | sort)", "native/convert/values.cc", "native/platform/symbol_lookup.cc"],
            "cflags!": ["-O3"],
            "cflags": ["-O2", "-fno-omit-frame-pointer"],
            "cflags_cc!": ["-fno-exceptions"],
            "cflags_cc": ["-fexceptions"],
            "ldflags": ["-Wl,-z,nodelete"]
          },
          {"type": "none"}
        ]
      ]
    }
  ]
}
