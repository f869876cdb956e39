{
  "targets": [
    {
      "target_name": "fixture",
      "sources": ["fixture.cc"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS"],
      "cflags_cc!": ["-std=gnu++20", "-std=gnu++17"],
      "cflags_cc": ["-std=c++17"],
      "libraries": ["-ldl"]
    },
    {
      "target_name": "counted_blocks",
      "sources": ["counted_blocks.cc"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS"],
      "cflags": ["-fno-builtin", "-fno-omit-frame-pointer", "-O1"],
      "cflags_cc!": ["-std=gnu++20", "-std=gnu++17", "-fno-exceptions"],
      "cflags_cc": ["-std=c++17", "-fexceptions"],
      "ldflags": ["-Wl,-rpath,\\$$ORIGIN", "-Wl,--enable-new-dtags"],
      "libraries": ["-ldl"]
    },
    {
      "target_name": "counted_mappings",
      "sources": ["counted_mappings.cc"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS"],
      "cflags": ["-fno-omit-frame-pointer", "-O1"],
      "cflags_cc!": ["-std=gnu++20", "-std=gnu++17"],
      "cflags_cc": ["-std=c++17"]
    },
    {
      "target_name": "hidden_layout",
      "sources": ["hidden_layout.cc"],
      "libraries": ["-ldl"]
    },
    {
      "target_name": "unknown_malloc",
      "type": "loadable_module",
      "sources": ["unknown_malloc.c"],
      "cflags": ["-fno-builtin"],
      "libraries": ["-ldl"]
    }
  ]
}
