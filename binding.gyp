{
  "targets": [
    {
      "target_name": "allocscope",
      "conditions": [
        [
          "OS=='linux'",
          {
            "sources": ["<!@(find native -name '*.cc' -not -path 'native/test/*' | sort)"],
            "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")", "native"],
            "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
            "cflags": ["-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-cast-function-type"],
            "cflags_cc!": ["-std=gnu++20", "-std=gnu++17", "-fno-rtti"],
            "cflags_cc": [
              "-std=c++17",
              "-fno-exceptions",
              "-fvisibility-inlines-hidden",
              "-include",
              "platform/glibc_floor.h"
            ],
            "ldflags": ["-Wl,-Bsymbolic", "-Wl,--exclude-libs,ALL", "-Wl,-z,now"],
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
          {"type": "none"}
        ]
      ]
    }
  ]
}
