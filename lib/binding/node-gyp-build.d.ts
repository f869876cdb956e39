declare module 'node-gyp-build' {
  /** Loads the addon of the package in `root`: a local build first, then the prebuilt file for this platform. */
  function loadAddon(root: string): unknown
  namespace loadAddon {
    /** The file that it would load. Throws when there is none. */
    function resolve(root: string): string
  }
  export = loadAddon
}
